import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { credentials, makeGenericClientConstructor, type ServiceDefinition } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { connectGrpc } from "#grpc/client.ts";
import { FrameReader, frameHeader } from "#grpc/frames.ts";
import { type GrpcMethod, GrpcServer, type StreamHandler } from "#grpc/server.ts";
import type { CallInfo, ServerStream } from "#grpc/server-stream.ts";
import { parseTimeoutMs } from "#grpc/status.ts";

const methods = new Map<string, GrpcMethod>([
  ["/t.S/Echo", { kind: "unary", handle: (request) => Promise.resolve(request) }],
  [
    "/t.S/Refuse",
    {
      kind: "unary",
      handle: () =>
        Promise.reject(
          new PharosError("forbidden", "ünfit 100%", { hint: "ask", details: { resource: "Gateway/default/a" } }),
        ),
    },
  ],
  ["/t.S/Hang", { kind: "unary", handle: () => new Promise(() => undefined) }],
  [
    "/t.S/Chat",
    {
      kind: "stream",
      open: (stream): StreamHandler => ({
        // Two parts make one message.
        onMessage: (message) => void stream.send([Buffer.from("re:"), message]),
      }),
    },
  ],
]);

/** Messages pass through another implementation as they are. */
const BYTES = {
  requestSerialize: (value: Buffer) => value,
  requestDeserialize: (value: Buffer) => value,
  responseSerialize: (value: Buffer) => value,
  responseDeserialize: (value: Buffer) => value,
};

let dir: string;
let socketPath: string;
let server: GrpcServer;
let port: number;
let tcp: GrpcServer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-grpc-"));
  socketPath = join(dir, "s");
  server = new GrpcServer({ methods, messageBytesMax: 1_000_000 });
  await server.listen({ socketPath });
  tcp = new GrpcServer({ methods });
  port = await tcp.listen({ host: "127.0.0.1", port: 0 });
});
afterEach(async () => {
  await server.close();
  await tcp.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a message cut at every byte is read whole", () => {
  const message = Buffer.from("hello gRPC");
  const bytes = Buffer.concat([frameHeader(message.length), message, frameHeader(0)]);
  const reader = new FrameReader(100);
  const read = [...bytes].flatMap((byte) => reader.push(Buffer.from([byte])));
  expect(read.map(String)).toEqual(["hello gRPC", ""]);
  expect(reader.isEmpty).toBe(true);
});

test("a unary call is answered", async () => {
  const client = await connectGrpc({ socketPath });
  const big = Buffer.alloc(600_000, 7);
  expect((await client.unary("/t.S/Echo", big, { timeoutMs: 30_000 })).equals(big)).toBe(true);
  client.close();
});

test.each([
  [
    "an error keeps its code, words, hint and details",
    "/t.S/Refuse",
    100,
    { code: "forbidden", message: "ünfit 100%", hint: "ask", details: { resource: "Gateway/default/a" } },
  ],
  ["an unknown method is named", "/t.S/None", 100, { code: "not-found", message: "no method /t.S/None" }],
  ["a message over the limit is refused", "/t.S/Echo", 1_000_001, { code: "exhausted" }],
] as const)("%s", async (_, path, size, expected) => {
  const client = await connectGrpc({ socketPath });
  await expect(client.unary(path, Buffer.alloc(size), { timeoutMs: 30_000 })).rejects.toMatchObject(expected);
  client.close();
});

test("a call that is not answered times out", async () => {
  const client = await connectGrpc({ socketPath });
  await expect(client.unary("/t.S/Hang", Buffer.alloc(1), { timeoutMs: 50 })).rejects.toMatchObject({
    code: "timeout",
  });
  client.close();
});

test("a stream carries messages both ways and ends with the server", async () => {
  const client = await connectGrpc({ socketPath });
  const heard: string[] = [];
  const closed = new Promise<PharosError | undefined>((resolve) => {
    const stream = client.stream("/t.S/Chat", {
      onMessage: (message) => void (heard.push(String(message)) === 2 && stream.end()),
      onClose: resolve,
    });
    stream.send([Buffer.from("a")]);
    stream.send([Buffer.from("b"), Buffer.from("c")]);
  });
  expect(await closed).toBeUndefined();
  expect(heard).toEqual(["re:a", "re:bc"]);
  client.close();
});

test("an address where nobody listens is an error that names it", async () => {
  await expect(connectGrpc({ address: "127.0.0.1:1" })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("127.0.0.1:1"),
  });
});

test("another implementation's client understands us", async () => {
  const definition: ServiceDefinition = {
    Echo: { path: "/t.S/Echo", requestStream: false, responseStream: false, ...BYTES },
    Refuse: { path: "/t.S/Refuse", requestStream: false, responseStream: false, ...BYTES },
  };
  const Client = makeGenericClientConstructor(definition, "S");
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure()) as unknown as Record<
    string,
    (request: Buffer, done: (error: unknown, reply: Buffer) => void) => void
  > & { close(): void };
  const call = (name: string) =>
    new Promise((resolve, reject) =>
      client[name]?.(Buffer.from("x"), (error, reply) => (error ? reject(error) : resolve(String(reply)))),
    );
  expect(await call("Echo")).toBe("x");
  await expect(call("Refuse")).rejects.toMatchObject({ code: 7, details: "ünfit 100% (hint: ask)" });
  client.close();
});

test("a stream that the server ends is over for a client that would say more, ours and another's", async () => {
  const refusing: GrpcMethod = {
    kind: "stream",
    open: (stream) => ({ onMessage: () => stream.fail(new PharosError("forbidden", "not you")) }),
  };
  const own = new GrpcServer({ methods: new Map([["/t.S/Refuse", refusing]]) });
  const where = await own.listen({ host: "127.0.0.1", port: 0 });
  const client = await connectGrpc({ address: `127.0.0.1:${where}` });
  const closed = new Promise((resolve) => {
    client.stream("/t.S/Refuse", { onMessage: () => undefined, onClose: resolve }).send([Buffer.from("x")]);
  });
  expect(await closed).toMatchObject({ code: "forbidden", message: "not you" });
  client.close();
  const Client = makeGenericClientConstructor(
    { Refuse: { path: "/t.S/Refuse", requestStream: true, responseStream: true, ...BYTES } },
    "S",
  );
  const other = new Client(`127.0.0.1:${where}`, credentials.createInsecure());
  const call = other.makeBidiStreamRequest("/t.S/Refuse", BYTES.requestSerialize, BYTES.responseDeserialize);
  const failed = new Promise((resolve) => call.on("error", resolve));
  call.on("data", () => undefined);
  call.write(Buffer.from("x"));
  expect(await failed).toMatchObject({ code: 7, details: "not you" });
  other.close();
  await own.close();
});

test("a message sent as gzip is read by our client and another's, and a bomb is refused", async () => {
  const plain = Buffer.alloc(50_000, "outbound");
  const packing: GrpcMethod = {
    kind: "stream",
    open: (stream) => ({
      onMessage: (message) => {
        expect(stream.acceptsGzip).toBe(true);
        const content = message.toString() === "bomb" ? Buffer.alloc(300 * 1024 * 1024) : plain;
        stream.send([gzipSync(content, { level: 1 })], true);
        stream.send([Buffer.from("as it is")]);
      },
    }),
  };
  const own = new GrpcServer({ methods: new Map([["/t.S/Pack", packing]]) });
  const where = await own.listen({ host: "127.0.0.1", port: 0 });
  const client = await connectGrpc({ address: `127.0.0.1:${where}` });
  const read = (): Promise<unknown[]> =>
    new Promise((resolve) => {
      const got: unknown[] = [];
      const add = (message: unknown): void => {
        if (got.push(message) === 2) resolve(got);
      };
      client.stream("/t.S/Pack", { onMessage: add, onClose: add }).send([Buffer.from("x")]);
    });
  expect(await read()).toEqual([plain, Buffer.from("as it is")]);
  const Client = makeGenericClientConstructor(
    { Pack: { path: "/t.S/Pack", requestStream: true, responseStream: true, ...BYTES } },
    "S",
  );
  const other = new Client(`127.0.0.1:${where}`, credentials.createInsecure());
  const call = other.makeBidiStreamRequest("/t.S/Pack", BYTES.requestSerialize, BYTES.responseDeserialize);
  const first = new Promise((resolve) => call.once("data", resolve));
  call.on("error", () => undefined);
  call.write(Buffer.from("x"));
  expect(await first).toEqual(plain);
  call.cancel();
  other.close();
  const closed = new Promise((resolve) => {
    client.stream("/t.S/Pack", { onMessage: () => undefined, onClose: resolve }).send([Buffer.from("bomb")]);
  });
  expect(await closed).toBeInstanceOf(PharosError);
  client.close();
  await own.close();
});

test("a request that says it is compressed is refused as not implemented", async () => {
  const client = await connectGrpc({ socketPath });
  const reply = new Promise((resolve) => {
    const stream = client.stream(
      "/t.S/Chat",
      { onMessage: () => undefined, onClose: resolve },
      { metadata: { "grpc-encoding": "gzip" } },
    );
    stream.end();
  });
  expect(await reply).toMatchObject({ code: "not-found", message: expect.stringContaining("gzip") });
  client.close();
});

test.each([
  ["50m", 50],
  ["1S", 1000],
  ["2M", 120_000],
  ["1H", 3_600_000],
  ["1500u", 2],
  ["99999999H", 2 ** 31 - 1],
  ["soon", undefined],
  [undefined, undefined],
])("grpc-timeout %s is %s ms", (text, expected) => expect(parseTimeoutMs(text)).toBe(expected));

test("the server gives up at the client's deadline and says so to its handler", async () => {
  let call: CallInfo | undefined;
  const own = new GrpcServer({
    methods: new Map([
      [
        "/t.S/Hang",
        {
          kind: "unary",
          handle: (_, info) => {
            call = info;
            return new Promise(() => undefined);
          },
        },
      ],
    ]),
  });
  const where = await own.listen({ host: "127.0.0.1", port: 0 });
  const client = await connectGrpc({ address: `127.0.0.1:${where}` });
  const over = new Promise<PharosError | undefined>((resolve) => {
    const stream = client.stream(
      "/t.S/Hang",
      { onMessage: () => undefined, onClose: resolve },
      { metadata: { "grpc-timeout": "40m" } },
    );
    stream.send([Buffer.from("x")]);
    stream.end();
  });
  expect(await over).toMatchObject({ code: "timeout", message: "/t.S/Hang did not answer within 40 ms" });
  expect(call?.signal.aborted).toBe(true);
  client.close();
  await own.close();
});

test("a reader that does not read is seen by the bytes that wait for it, and by the drain when it reads again", async () => {
  let stream: ServerStream | undefined;
  const drained = Promise.withResolvers<void>();
  const method: GrpcMethod = {
    kind: "stream",
    open: (opened) => ({
      onMessage: () => {
        stream = opened;
      },
      onDrain: () => drained.resolve(),
    }),
  };
  const own = new GrpcServer({ methods: new Map([["/t.S/Push", method]]), queueBytesMax: 1_000_000 });
  const where = await own.listen({ host: "127.0.0.1", port: 0 });
  const client = await connectGrpc({ address: `127.0.0.1:${where}` });
  const shared = Buffer.alloc(3_000_000);
  let received = 0;
  const full = Promise.withResolvers<void>();
  const asked = client.stream("/t.S/Push", {
    onMessage: (message) => {
      received += message.length;
      // Beyond the client's window nothing more leaves until it has read.
      if (received === 10 * shared.length) full.resolve();
    },
    onClose: () => undefined,
  });
  asked.send([Buffer.from("go")]);
  await expect.poll(() => stream !== undefined).toBe(true);
  const room = Array.from({ length: 10 }, () => stream?.send([shared]));
  expect(room.at(-1)).toBe(false);
  await full.promise;
  await drained.promise;
  expect(stream?.queuedBytes).toBe(0);
  client.close();
  await own.close();
});

test("nothing of a message is unpacked for whom a method does not admit", async () => {
  const own = new GrpcServer({
    methods: new Map([
      [
        "/t.S/Guarded",
        {
          kind: "unary",
          admit: async ({ headers }) => {
            if (headers.authorization !== "Bearer known") throw new PharosError("unauthenticated", "who are you");
          },
          handle: async (request) => request,
        } satisfies GrpcMethod,
      ],
    ]),
    readsGzip: true,
  });
  const where = await own.listen({ host: "127.0.0.1", port: 0 });
  const client = await connectGrpc({ address: `127.0.0.1:${where}` });
  const ask = (authorization: string): Promise<unknown> =>
    client
      .unary("/t.S/Guarded", Buffer.from("x"), { metadata: { authorization }, timeoutMs: 10_000 })
      .then(String, (error: PharosError) => error.code);
  expect(await ask("Bearer known")).toBe("x");
  expect(await ask("Bearer other")).toBe("unauthenticated");
  client.close();
  const session = connect(`http://127.0.0.1:${where}`);
  const statusOf = (authorization: string): Promise<unknown> =>
    new Promise((resolve) => {
      const stream = session.request({
        ":method": "POST",
        ":path": "/t.S/Guarded",
        "content-type": "application/grpc",
        "grpc-encoding": "gzip",
        authorization,
      });
      stream.on("response", (headers) => {
        if (headers["grpc-status"] !== undefined) resolve(headers["grpc-status"]);
      });
      stream.on("trailers", (trailers) => resolve(trailers["grpc-status"]));
      stream.on("error", () => undefined);
      stream.resume();
      // It says that it is compressed, and is not.
      stream.end(Buffer.from([1, 0, 0, 0, 1, 120]));
    });
  expect([await statusOf("Bearer known"), await statusOf("Bearer other")]).toEqual(["3", "16"]);
  session.destroy();
  await own.close();
});
