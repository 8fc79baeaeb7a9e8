import { type ClientHttp2Session, connect } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { frameHeader } from "#grpc/frames.ts";
import { encodeFields, encodeFrame, encodeUint32, FLAGS, FRAMES, PREFACE } from "#grpc/http2-frames.ts";
import type { HandleLocal } from "#grpc/local-connection.ts";
import { LocalServer } from "#grpc/local-server.ts";
import { fc } from "#testing/fc.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

async function listen(handle: HandleLocal): Promise<string> {
  const path = join(temporaryDir(cleanup), "local.sock");
  const server = new LocalServer(handle, () => undefined);
  await server.listen(path);
  cleanup.add(() => server.close());
  return path;
}

function open(path: string, initialWindowSize = 65_535): ClientHttp2Session {
  const settings = { initialWindowSize };
  const session = connect("http://localhost", { settings, createConnection: () => connectSocket(path) });
  cleanup.add(async () => session.destroy());
  return session;
}

/** What is answered, and how the call ended. */
async function ask(session: ClientHttp2Session, message: Buffer): Promise<{ message: Buffer; status: unknown }> {
  const stream = session.request({
    ":method": "POST",
    ":path": "/",
    "content-type": "application/grpc",
    te: "trailers",
  });
  let status: unknown;
  stream.on("response", (headers) => {
    status = headers["grpc-status"];
  });
  stream.on("trailers", (trailers) => {
    status = trailers["grpc-status"];
  });
  stream.end(Buffer.concat([frameHeader(message.length), message]));
  const bytes = Buffer.concat((await stream.toArray()) as Buffer[]);
  return { message: bytes.subarray(5), status };
}

test.each([1, 1000, 65_535])(
  "many calls at once are answered whole, each its own, by windows of %i bytes",
  async (window) => {
    const path = await listen((request) =>
      request.length % 2 === 0 ? Buffer.from(request) : Promise.resolve(Buffer.from(request)),
    );
    const session = open(path, window);
    const sizes = [0, 1, 2, 5, 16_379, 16_380, 40_001, 200_000].map((size) =>
      window === 1 ? Math.min(size, 300) : size,
    );
    const messages = sizes.flatMap((size, at) => [Buffer.alloc(size, at), Buffer.alloc(size, 100 + at)]);
    const answers = await Promise.all(messages.map((message) => ask(session, message)));
    for (const [at, { message, status }] of answers.entries()) {
      expect(message.equals(messages[at] ?? Buffer.alloc(0)), String(at)).toBe(true);
      expect(status).toBe("0");
    }
  },
);

test("a call that fails ends with its status, and others go on", async () => {
  const path = await listen((request) => {
    if (request.toString() === "now") throw new PharosError("unavailable", "not yet ü");
    if (request.toString() === "later") return Promise.reject(new PharosError("invalid", "never"));
    return request;
  });
  const session = open(path);
  const asked = ["now", "later", "fine"].map((text) => ask(session, Buffer.from(text)));
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(["14", "3", "0"]);
});

/** One call as a proxy sends it, and besides what says nothing. */
const call = (id: number, message: Buffer): Buffer =>
  Buffer.concat([
    encodeFrame(FRAMES.headers, FLAGS.endHeaders, id, encodeFields({ te: "trailers" }, true)),
    encodeFrame(2, 0, id, Buffer.alloc(5)),
    encodeFrame(
      FRAMES.data,
      FLAGS.padded,
      id,
      Buffer.concat([Buffer.of(3), frameHeader(message.length), Buffer.alloc(3)]),
    ),
    encodeFrame(FRAMES.data, 0, id, message),
    encodeFrame(FRAMES.data, FLAGS.endStream, id, Buffer.alloc(0)),
  ]);

const HELLO = Buffer.concat([PREFACE, encodeFrame(FRAMES.settings, 0, 0, Buffer.alloc(0))]);

function dial(path: string): Socket {
  const socket = connectSocket(path)
    .on("error", () => undefined)
    .resume();
  cleanup.add(async () => socket.destroy());
  return socket;
}

test("however bytes are cut, calls are the same", async () => {
  const seen: string[] = [];
  const path = await listen((request) => {
    seen.push(request.toString());
    return request;
  });
  const bytes = Buffer.concat([HELLO, ...[1, 3, 5].map((id) => call(id, Buffer.from(`call ${id}`)))]);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 40 }), async (places) => {
      seen.splice(0);
      const socket = dial(path).setNoDelay(true);
      const cuts = [0, ...places.toSorted((a, b) => a - b), bytes.length];
      for (const [at, from] of cuts.entries()) {
        socket.write(bytes.subarray(from, cuts[at + 1]));
        await new Promise((done) => setImmediate(done));
      }
      await eventually("all have come", () => (seen.length === 3 ? true : undefined));
      expect(seen).toEqual(["call 1", "call 3", "call 5"]);
      socket.destroy();
    }),
    { numRuns: 30 },
  );
});

test.each(["before", "after"])("who hangs up %s the answer has left is heard of, once", async (when) => {
  let heard = 0;
  let isAsked = false;
  const path = await listen((request, told) => {
    told.onHangUp = () => {
      heard += 1;
    };
    isAsked = true;
    return when === "before" ? new Promise(() => undefined) : request;
  });
  const socket = dial(path);
  let bytes = 0;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
  });
  socket.write(Buffer.concat([HELLO, call(1, Buffer.from("one"))]));
  await eventually("it is asked", () => (isAsked && (when === "before" || bytes > 60) ? true : undefined));
  socket.write(encodeFrame(FRAMES.reset, 0, 1, encodeUint32(8)));
  await eventually("it is heard of", () => (heard > 0 ? true : undefined));
  socket.destroy();
  await new Promise((done) => socket.once("close", done));
  expect(heard).toBe(1);
});

test("who speaks something else is not listened to, and others are", async () => {
  const path = await listen((request) => request);
  const socket = dial(path);
  socket.write("GET / HTTP/1.1\r\nhost: somebody\r\n\r\n");
  await new Promise((done) => socket.once("close", done));
  expect((await ask(open(path), Buffer.from("fine"))).message.toString()).toBe("fine");
});
