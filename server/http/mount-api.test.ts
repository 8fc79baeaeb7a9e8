import { request as httpRequest, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHttpService } from "#node/http-service.ts";
import type { ApiContext } from "#server/api/trpc.ts";
import { mountApi } from "#server/http/mount-api.ts";

const MB = 1024 * 1024;
let server: Server;
let contexts: number;

beforeEach(async () => {
  contexts = 0;
  const handle = mountApi({
    onError: () => undefined,
    createContext: async ({ headers }): Promise<ApiContext> => {
      contexts += 1;
      const name = String(headers["x-name"]);
      return {
        services: {} as ApiContext["services"],
        principal: name === "nobody" ? null : { name, role: "viewer", kind: "user" },
        from: "127.0.0.1",
        onRefused: () => undefined,
      };
    },
  });
  server = createHttpService({
    handle,
    onError: () => undefined,
    connections: { perParty: 50, inSum: 50 },
    onLimit: () => undefined,
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
});

/** A request that says it will send so much, and has sent nothing of it yet. */
function claim(name: string, bytes: number): ReturnType<typeof httpRequest> {
  const { port } = server.address() as { port: number };
  const sent = httpRequest({
    port,
    path: "/api/trpc/config.check",
    method: "POST",
    agent: false,
    headers: { "content-type": "application/json", "content-length": bytes, "x-name": name },
  });
  sent.on("error", () => undefined).flushHeaders();
  return sent;
}
const statusOf = (sent: ReturnType<typeof httpRequest>): Promise<number | undefined> =>
  new Promise((done) => sent.once("response", (answer) => done(answer.resume().statusCode)));

test("one caller's large requests that never arrive keep nobody else's from being read", async () => {
  const held = [claim("a", 24 * MB), claim("a", 24 * MB)];
  await expect.poll(() => contexts).toBe(2);
  expect(await statusOf(claim("a", MB))).toBe(429);
  expect(await statusOf(claim("b", MB).end(Buffer.alloc(MB, "x")))).not.toBe(429);
  for (const each of held) each.destroy();
  await expect.poll(() => statusOf(claim("a", MB).end(Buffer.alloc(MB, "x")))).not.toBe(429);
});

test("strangers are answered before anything is read, whatever they say they will send", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => statusOf(claim("nobody", 24 * MB))));
  expect(answers.filter((status) => status === 401 || status === 429)).toHaveLength(8);
  expect(await statusOf(claim("b", MB).end(Buffer.alloc(MB, "x")))).not.toBe(429);
});
