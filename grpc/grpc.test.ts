import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, makeGenericClientConstructor, type ServiceDefinition } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { connectGrpc } from "#grpc/client.ts";
import { FrameReader, frameHeader } from "#grpc/frames.ts";
import { type GrpcMethod, GrpcServer, type StreamHandler } from "#grpc/server.ts";

const methods = new Map<string, GrpcMethod>([
  ["/t.S/Echo", { kind: "unary", handle: (request) => Promise.resolve(request) }],
  ["/t.S/Refuse", { kind: "unary", handle: () => Promise.reject(new PharosError("forbidden", "ünfit 100%", { hint: "ask" })) }],
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
  expect((await client.unary("/t.S/Echo", big, { timeoutMs: 5000 })).equals(big)).toBe(true);
  client.close();
});

test.each([
  ["an error keeps its code, words and hint", "/t.S/Refuse", 100, { code: "forbidden", message: "ünfit 100% (hint: ask)" }],
  ["an unknown method is named", "/t.S/None", 100, { code: "not-found", message: "no method /t.S/None" }],
  ["a message over the limit is refused", "/t.S/Echo", 1_000_001, { code: "exhausted" }],
] as const)("%s", async (_, path, size, expected) => {
  const client = await connectGrpc({ socketPath });
  await expect(client.unary(path, Buffer.alloc(size), { timeoutMs: 5000 })).rejects.toMatchObject(expected);
  client.close();
});

test("a call that is not answered times out", async () => {
  const client = await connectGrpc({ socketPath });
  await expect(client.unary("/t.S/Hang", Buffer.alloc(1), { timeoutMs: 50 })).rejects.toMatchObject({ code: "timeout" });
  client.close();
});

test("a stream carries messages both ways and ends with the server", async () => {
  const client = await connectGrpc({ socketPath });
  const heard: string[] = [];
  const closed = new Promise<PharosError | undefined>((resolve) => {
    const stream = client.stream("/t.S/Chat", { onMessage: (message) => void (heard.push(String(message)) === 2 && stream.end()), onClose: resolve });
    stream.send([Buffer.from("a")]);
    stream.send([Buffer.from("b"), Buffer.from("c")]);
  });
  expect(await closed).toBeUndefined();
  expect(heard).toEqual(["re:a", "re:bc"]);
  client.close();
});

test("an address where nobody listens is an error that names it", async () => {
  await expect(connectGrpc({ address: "127.0.0.1:1" })).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("127.0.0.1:1") });
});

test("another implementation's client understands us", async () => {
  const bytes = { requestSerialize: (value: Buffer) => value, requestDeserialize: (value: Buffer) => value, responseSerialize: (value: Buffer) => value, responseDeserialize: (value: Buffer) => value };
  const definition: ServiceDefinition = {
    Echo: { path: "/t.S/Echo", requestStream: false, responseStream: false, ...bytes },
    Refuse: { path: "/t.S/Refuse", requestStream: false, responseStream: false, ...bytes },
  };
  const Client = makeGenericClientConstructor(definition, "S");
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure()) as unknown as Record<string, (request: Buffer, done: (error: unknown, reply: Buffer) => void) => void> & { close(): void };
  const call = (name: string) => new Promise((resolve, reject) => client[name]?.(Buffer.from("x"), (error, reply) => (error ? reject(error) : resolve(String(reply)))));
  expect(await call("Echo")).toBe("x");
  await expect(call("Refuse")).rejects.toMatchObject({ code: 7, details: "ünfit 100% (hint: ask)" });
  client.close();
});
