import { request as httpRequest, type IncomingMessage, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHttpService } from "#node/http-service.ts";
import type { ApiContext } from "#server/api/trpc.ts";
import { mountApi } from "#server/http/mount-api.ts";

const MB = 1024 * 1024;
let server: Server;
let contexts: number;
/** Graphs that somebody follows now. */
let followed: number;
/** Who may nothing any more. */
let gone: Set<string>;

beforeEach(async () => {
  contexts = followed = 0;
  gone = new Set();
  const handle = mountApi({
    onError: () => undefined,
    onLimit: () => undefined,
    lookEveryMs: 20,
    createContext: async ({ headers }): Promise<ApiContext> => {
      contexts += 1;
      const name = String(headers["x-name"]);
      return {
        services: { topology: { live } } as unknown as ApiContext["services"],
        principal: name === "nobody" || gone.has(name) ? null : { name, role: "viewer", kind: "user" },
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

async function* live(_: unknown, signal: AbortSignal): AsyncGenerator<object> {
  followed += 1;
  try {
    yield {};
    await new Promise((done) => signal.addEventListener("abort", done, { once: true }));
  } finally {
    followed -= 1;
  }
}

/** Follows the graph; answered as soon as the first of the answer is there. */
function follow(name: string, input: object = { view: "workload", seconds: 60 }): Promise<IncomingMessage> {
  const { port } = server.address() as { port: number };
  const query = encodeURIComponent(JSON.stringify(input));
  return new Promise((done) =>
    httpRequest(
      { port, path: `/api/trpc/topology.live?input=${query}`, agent: false, headers: { "x-name": name } },
      (answer) => done(answer.on("error", () => undefined)),
    ).end(),
  );
}

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

test("one account follows so much at a time and is told what to do; what is closed makes room", async () => {
  const open = await Promise.all(Array.from({ length: 32 }, () => follow("a")));
  await expect.poll(() => followed).toBe(32);
  // tRPC's error on a stream of events: the event says it, not the status.
  const refused = await text(await follow("a"));
  expect(refused).toMatch(/event: serialized-error/);
  expect(refused).toMatch(/a may follow nothing more: at most 32 subscriptions of one account/);
  expect(refused).toMatch(/"httpStatus":429/);
  expect(refused).toMatch(/"hint":"close pages/);
  expect(followed).toBe(32);
  const other = await follow("b");
  await expect.poll(() => followed).toBe(33);
  for (const each of [...open, other]) each.destroy();
  await expect.poll(() => followed).toBe(0);
  const again = await Promise.all(Array.from({ length: 32 }, () => follow("a")));
  await expect.poll(() => followed).toBe(32);
  for (const each of again) each.destroy();
  await expect.poll(() => followed).toBe(0);
});

test("a subscription that is refused takes no place", async () => {
  for (let turn = 0; turn < 40; turn += 1) {
    const answer = await follow("a", { view: "none" });
    expect(await text(answer)).toMatch(/serialized-error/);
  }
  const answer = await follow("a");
  await expect.poll(() => followed).toBe(1);
  answer.destroy();
  await expect.poll(() => followed).toBe(0);
});

test("who may follow no more, by a role or a token that was taken away, is told nothing any more; others are", async () => {
  const [one] = await Promise.all([follow("a"), follow("b")]);
  await expect.poll(() => followed).toBe(2);
  const ended = new Promise<void>((done) => one.resume().once("close", done));
  gone.add("a");
  await ended;
  await expect.poll(() => followed).toBe(1);
});
