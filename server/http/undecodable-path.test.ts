import { afterAll, beforeAll, expect, test } from "vitest";
import type { HttpHandler } from "#node/http-service.ts";
import { createHttpServer, type HttpServer } from "#server/http/create-http-server.ts";

// A page reads names out of its path, and throws at one that is no text.

let server: HttpServer;
const failures: string[] = [];
const page: HttpHandler = (request, response) => void response.end(decodeURIComponent(request.url ?? ""));
beforeAll(async () => {
  server = await createHttpServer(
    "127.0.0.1",
    0,
    { "/": page },
    (_, path) => void failures.push(path),
    () => undefined,
  );
});
afterAll(() => server.close(0));

const statusOf = async (path: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;

test.each(["/%ff", "/services/%E0%A4%A", "/services/%", "/a/%C0%AF", "/%ED%A0%80?x=1"])(
  "%s is a bad request",
  async (path) => {
    expect(await statusOf(path)).toBe(400);
    expect(failures).toEqual([]);
  },
);

test.each(["/services/%E4%BD%A0", "/a%2Fb", "/?q=%41", "/%00"])("%s is a path", async (path) => {
  expect(await statusOf(path)).toBe(200);
});
