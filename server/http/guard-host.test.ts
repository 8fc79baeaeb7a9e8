import { request as send } from "node:http";
import { afterEach, expect, test } from "vitest";
import { sendText } from "#node/send-text.ts";
import { createHttpServer, type HttpServer } from "#server/http/create-http-server.ts";
import { guardHost } from "#server/http/guard-host.ts";

let server: HttpServer;
let refused: string[];

afterEach(() => server.close(0));

async function start(isLoopback: boolean, publicUrl: string | null = null): Promise<void> {
  refused = [];
  const routes = guardHost(
    { "/": (_, response) => sendText(response, 200, "here\n") },
    { isLoopback, publicUrl, onRefused: (_, reason) => refused.push(reason) },
  );
  server = await createHttpServer(
    "127.0.0.1",
    0,
    routes,
    (error) => expect.fail(error.message),
    (limit) => expect.fail(limit),
  );
}

/** As a browser that resolved `host` to this machine asks. */
const ask = (host: string): Promise<number> =>
  new Promise((done, fail) => {
    send({ port: server.port, host: "127.0.0.1", headers: { host } }, (answer) => {
      answer.resume().once("end", () => done(answer.statusCode ?? 0));
    })
      .once("error", fail)
      .end();
  });

test.each([
  ["127.0.0.1:20001", 200],
  ["localhost:9000", 200],
  ["[::1]:20001", 200],
  ["127.8.8.8", 200],
  ["evil.example", 421],
  ["evil.example:20001", 421],
  ["127.0.0.1.evil.example", 421],
  ["localhost.evil.example:20001", 421],
  ["evil.example#127.0.0.1", 421],
  ["10.0.0.1:20001", 421],
])("on loopback a request to %s is answered with %i", async (host, status) => {
  await start(true);
  expect(await ask(host)).toBe(status);
});

test("the public URL's host is served, and no other name", async () => {
  await start(true, "https://mesh.example");
  expect([await ask("mesh.example"), await ask("mesh.example:81"), await ask("other.example")]).toEqual([
    200, 421, 421,
  ]);
});

test("a name that is tried again and again is noted once", async () => {
  await start(true);
  for (let i = 0; i < 3; i++) await ask("evil.example");
  expect(refused).toEqual(["the request is for evil.example, which is not this server"]);
});

test("a listener that others reach goes by names it cannot know", async () => {
  await start(false);
  expect(await ask("mesh.example")).toBe(200);
});
