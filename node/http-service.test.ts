import { request as httpRequest, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { createHttpService, type HttpHandler, pathOf } from "#node/http-service.ts";
import { fc, seed } from "#testing/fc.ts";

const KB = 1024;
const MB = 1024 * KB;

let server: Server;
let port: number;
let handle: HttpHandler;
let errors: string[];
let limited: string[];

beforeEach(async () => {
  errors = [];
  limited = [];
  server = createHttpService({
    handle: (request, response) => handle(request, response),
    onError: (error, path) => errors.push(`${path}: ${error.message}`),
    connections: { perParty: 50, inSum: 100 },
    bodies: { perParty: 4 * MB, inSum: 8 * MB },
    onLimit: (limit, party) => limited.push(`${limit}: ${party}`),
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as { port: number }).port;
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
});

const get = (path: string): Promise<number> =>
  new Promise((done, fail) => {
    httpRequest({ port, path, agent: false }, (answer) => {
      answer.resume().once("close", () => done(answer.statusCode ?? 0));
    })
      .once("error", fail)
      .end();
  });

/** What comes back for bytes that are sent and ended with. */
const exchange = (bytes: Uint8Array): Promise<string> =>
  new Promise((done) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
    });
    socket.on("error", () => undefined).once("close", () => done(heard));
  });

test.each<[string, HttpHandler]>([
  [
    "throws",
    () => {
      throw new Error("broken");
    },
  ],
  ["rejects", () => Promise.reject(new Error("broken"))],
  ["rejects with no error", () => Promise.reject("broken")],
  ["throws PharosError", () => Promise.reject(new PharosError("internal", "broken"))],
  [
    "writes a header that cannot be",
    (_, response) => {
      response.setHeader("x", "a\nb");
    },
  ],
])("a handler that %s is a reply of status 500, told once", async (_, broken) => {
  handle = broken;
  expect(await get("/a?b")).toBe(500);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/^\/a: /);
  handle = (__, response) => void response.end();
  expect(await get("/")).toBe(200);
});

test("a handler that fails after it began to answer closes the connection, and the next is served", async () => {
  handle = async (_, response) => {
    response.writeHead(200).write("half");
    throw new Error("broken");
  };
  await expect(get("/")).resolves.toBe(200);
  expect(errors).toEqual(["/: broken"]);
  handle = (_, response) => void response.end();
  expect(await get("/")).toBe(200);
});

test.each([
  ["//", "//"],
  ["/%", "/%"],
  ["/a?b?c", "/a"],
  ["?", "/"],
  ["*", "*"],
])("the path of %s is %s", (url, path) => {
  expect(pathOf({ url })).toBe(path);
});

test("an upgrade is answered and closed", async () => {
  handle = (_, response) => void response.end();
  const answer = await exchange(
    Buffer.from("GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"),
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

test("headers that are too many get their status", async () => {
  handle = (_, response) => void response.end();
  expect(await exchange(Buffer.from(`GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`))).toMatch(/^HTTP\/1\.1 431 /);
});

test("a connection that cannot be taken ends nothing, and is told of", () => {
  server.emit("error", Object.assign(new Error("accept"), { code: "EMFILE" }));
  server.emit("error", Object.assign(new Error("accept"), { code: "EMFILE" }));
  expect(limited).toEqual(["connections (EMFILE): all", "connections (EMFILE): all"]);
});

test("connections of one address are limited, told of, and given back", async () => {
  handle = (_, response) => void response.end();
  const sockets = Array.from({ length: 60 }, () =>
    connect(port, "127.0.0.1")
      .on("error", () => undefined)
      .resume(),
  );
  await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBe(10);
  expect(new Set(limited)).toEqual(new Set(["HTTP connections: 127.0.0.1"]));
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => get("/").catch(() => 0)).toBe(200);
});

test("connections that never ask anything give way to one of their own address that does", async () => {
  handle = (_, response) => void response.end();
  const half = Array.from({ length: 50 }, () => {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nhost: a\r\n");
    return socket;
  });
  await expect.poll(() => get("/").catch(() => 0)).toBe(200);
  expect(half.filter(({ closed }) => !closed).length).toBeGreaterThan(40);
  for (const socket of half) socket.destroy();
});

test("who asks and then reads nothing is not waited for without end", async () => {
  expect(server.timeout).toBeGreaterThan(0);
  server.timeout = 100;
  const gone = Promise.withResolvers<void>();
  handle = (_, response) => void response.once("close", () => gone.resolve()).end(Buffer.alloc(64 * 1024 * 1024));
  const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n")).pause();
  socket.on("error", () => undefined);
  await gone.promise;
  socket.destroy();
});

const post = (localAddress: string, arrive: number, told = 200 * MB): ReturnType<typeof httpRequest> => {
  const sent = httpRequest({ port, method: "POST", agent: false, localAddress, headers: { "content-length": told } });
  sent.on("error", () => undefined).flushHeaders();
  if (arrive > 0) sent.write(Buffer.alloc(arrive));
  return sent;
};
const statusOf = (sent: ReturnType<typeof httpRequest>): Promise<number | undefined> =>
  new Promise((done) => sent.once("response", (answer) => done(answer.resume().statusCode)));
const CHUNKED = Buffer.from("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");

test("who holds every connection there is keeps nobody out who comes from elsewhere", async () => {
  handle = (_, response) => void response.end();
  const sockets = Array.from({ length: 100 }, (_, at) =>
    connect({ port, host: "127.0.0.1", localAddress: `127.0.0.${2 + (at % 2)}` }).on("error", () => undefined),
  );
  await Promise.all(sockets.map((socket) => new Promise((done) => socket.once("connect", done))));
  expect(await get("/")).toBe(200);
  expect(limited).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
});

test("bodies that have arrived are limited, in sum and of one address, and given back", async () => {
  let arrived = 0;
  handle = (request, response) =>
    void request.on("data", (chunk: Buffer) => (arrived += chunk.length)).once("end", () => response.end());
  const half = [post("127.0.0.2", 3 * MB), post("127.0.0.3", 3 * MB)];
  await expect.poll(() => arrived).toBe(6 * MB);
  expect(await statusOf(post("127.0.0.2", 2 * MB))).toBe(503);
  expect(await statusOf(post("127.0.0.4", 2 * MB))).toBe(503);
  expect(await statusOf(post("127.0.0.5", KB, KB)), "who sends little is served all the same").toBe(200);
  expect(new Set(limited)).toEqual(new Set(["127.0.0.2", "127.0.0.4"].map((by) => `bytes of HTTP requests: ${by}`)));
  expect(await exchange(CHUNKED)).toMatch(/ 200 /);
  for (const each of half) each.destroy();
  await expect.poll(() => statusOf(post("127.0.0.4", 2 * MB, 2 * MB))).toBe(200);
  expect(errors).toEqual([]);
});

test("who only says that much will come takes nothing from the others", async () => {
  handle = (request, response) => void request.resume().once("end", () => response.end());
  const held = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1"].map((address) => post(address, 0));
  await Promise.all(
    held.map((each) => new Promise((done) => each.once("socket", (socket) => socket.once("connect", done)))),
  );
  expect(await exchange(CHUNKED)).toMatch(/ 200 /);
  for (const each of held) each.destroy();
});

test(`no bytes end it (FUZZ_SEED=${seed})`, async () => {
  handle = (request, response) => void response.end(pathOf(request));
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("//", "/%", "/%ff", "http://[", "*", "/\u0000", "/../..", "?", "#", "///x:99999999", ""),
  );
  const line = fc
    .record({
      method: fc.constantFrom("GET", "POST", "CONNECT", "OPTIONS", "PRI", "x", ""),
      target: text,
      version: fc.constantFrom("HTTP/1.1", "HTTP/1.0", "HTTP/9.9", ""),
      headers: fc.array(
        fc.tuple(
          fc.constantFrom("host", "content-length", "transfer-encoding", "expect", "upgrade", "connection", "x"),
          fc.oneof(fc.constantFrom("chunked", "-1", "1e9", "100-continue", "keep-alive, upgrade"), fc.string()),
        ),
        { maxLength: 4 },
      ),
      body: fc.string({ maxLength: 40 }),
    })
    .map(({ method, target, version, headers, body }) =>
      Buffer.from(
        `${method} ${target} ${version}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`,
      ),
    );
  await fc.assert(
    fc.asyncProperty(fc.oneof(line, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      await exchange(bytes);
    }),
    { seed, numRuns: 300 },
  );
  expect(await get("/")).toBe(200);
  expect(errors).toEqual([]);
});
