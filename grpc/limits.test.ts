import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { type AddressInfo, connect as connectSocket, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeAll, expect, test } from "vitest";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import { frameHeader } from "#grpc/frames.ts";
import type { GrpcLimits } from "#grpc/limits.ts";
import { type GrpcMethod, GrpcServer } from "#grpc/server.ts";
import { type IssuedCertificate, makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";

const A = "spiffe://cluster.local/ns/default/sa/a";
const B = "spiffe://cluster.local/ns/default/sa/b";
const KB = 1024;

/** Ends what hangs. */
let hanging: (() => void)[] = [];
const methods = new Map<string, GrpcMethod>([
  ["/t.S/Echo", { kind: "unary", handle: async (request) => request }],
  [
    "/t.S/Hang",
    { kind: "unary", handle: () => new Promise((resolve) => void hanging.push(() => resolve(new Uint8Array()))) },
  ],
  ["/t.S/Chat", { kind: "stream", open: (stream) => ({ onMessage: (message) => void stream.send([message]) }) }],
]);

let authority: TestAuthority;
let a: IssuedCertificate;
let b: IssuedCertificate;
let server: GrpcServer;
let port: number;
let told: Set<string>;
let distrusted: string[];
let open: { close(): void }[];

beforeAll(async () => {
  authority = await makeTestAuthority();
  [a, b] = await Promise.all([authority.issue(A), authority.issue(B)]);
});

async function serve(limits: Partial<GrpcLimits>): Promise<void> {
  told = new Set();
  hanging = [];
  distrusted = [];
  open = [];
  const serving = await authority.issue("spiffe://cluster.local/ns/istio-system/sa/pharos");
  server = new GrpcServer({
    methods,
    tls: { ...serving, roots: authority.roots },
    limits,
    onDistrust: ({ peer, reason }) => distrusted.push(`${peer.address} ${reason}`),
    onLimit: (limit, party) => told.add(`${limit}: ${party}`),
  });
  port = await server.listen({ host: "127.0.0.1", port: 0 });
}
afterEach(async () => {
  for (const each of open) each.close();
  await server.close();
});

async function dial(shown?: IssuedCertificate): Promise<GrpcClient> {
  const client = await connectGrpc({
    address: `127.0.0.1:${port}`,
    tls: { roots: authority.roots, ...(shown === undefined ? {} : { cert: shown.cert, key: shown.key }) },
  });
  open.push(client);
  return client;
}

const echo = (client: GrpcClient, bytes = 1) => client.unary("/t.S/Echo", Buffer.alloc(bytes), { timeoutMs: 30_000 });

/** A session without this project's client, which sends whole messages only. */
function dialRaw(shown?: IssuedCertificate): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${port}`, {
    ca: authority.roots,
    ...(shown === undefined ? {} : { cert: shown.cert, key: shown.key }),
    checkServerIdentity: () => undefined,
  });
  session.on("error", () => undefined);
  open.push({ close: () => session.destroy() });
  return session;
}

interface Half {
  readonly stream: ClientHttp2Stream;
  /** gRPC status and message, when it is over. */
  readonly over: Promise<string>;
}

/** What a client says first in a TLS handshake. */
async function firstWords(): Promise<Buffer> {
  const listener = createServer();
  const said = new Promise<Buffer>((done) =>
    listener.on("connection", (socket) =>
      socket.once("data", (chunk: Buffer) => {
        done(chunk);
        socket.destroy();
      }),
    ),
  );
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const client = connectTls({ port: (listener.address() as AddressInfo).port, ALPNProtocols: ["h2"] });
  client.on("error", () => undefined);
  const words = await said;
  listener.close();
  return words;
}

/** Says that it sends `size` bytes, and sends `sent` of them. */
function sendHalf(session: ClientHttp2Session, path: string, size: number, sent: number): Half {
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
  let status = "none";
  const read = (headers: Readonly<Record<string, unknown>>): void => {
    if (headers["grpc-status"] !== undefined) status = `${headers["grpc-status"]} ${headers["grpc-message"]}`;
  };
  stream
    .on("response", read)
    .on("trailers", read)
    .on("error", () => undefined)
    .resume();
  stream.write(Buffer.concat([frameHeader(size), Buffer.alloc(sent)]));
  return { stream, over: new Promise((done) => stream.once("close", () => done(status))) };
}

test.each(["/t.S/Echo", "/t.S/Chat"])(
  "a message to %s that never becomes whole has an end, and is told of",
  async (path) => {
    await serve({ messageMs: 100 });
    const { over } = sendHalf(dialRaw(a), path, 10_000, 10);
    expect(await over).toMatch(/^4 no whole message arrived within 100 ms/);
    expect(told).toEqual(new Set([`time for a message: ${A}`]));
    await expect(echo(await dial(a))).resolves.toHaveLength(1);
  },
);

test("a call whose client never ends it has an end, and what it held is given back", async () => {
  await serve({ answerMs: 100, bytes: { perParty: 20 * KB, inSum: 1000 * KB } });
  const { over } = sendHalf(dialRaw(a), "/t.S/Echo", 15 * KB, 15 * KB);
  expect(await over).toMatch(/^4 \/t.S\/Echo did not answer within 100 ms/);
  await expect(echo(await dial(a), 15 * KB)).resolves.toHaveLength(15 * KB);
});

test.each([
  ["bytes", { bytes: { perParty: 20 * KB, inSum: 1000 * KB } }],
  ["place", { calls: { perParty: 1, inSum: 100 } }],
])("a call that is not answered in time has an end, and its %s with what was begun for it", async (_, limits) => {
  await serve({ answerMs: 100, ...limits });
  const { stream, over } = sendHalf(dialRaw(a), "/t.S/Hang", 15 * KB, 15 * KB);
  stream.end();
  expect(await over).toMatch(/^4 \/t.S\/Hang did not answer within 100 ms/);
  const client = await dial(a);
  await expect(echo(client, 15 * KB)).rejects.toMatchObject({ code: "exhausted" });
  await expect(echo(await dial(b), 15 * KB)).resolves.toHaveLength(15 * KB);
  for (const end of hanging) end();
  await expect(echo(client, 15 * KB)).resolves.toHaveLength(15 * KB);
});

test("who opens calls and hangs up has no more under way than one who waits", async () => {
  await serve({ calls: { perParty: 3, inSum: 100 } });
  const session = dialRaw(a);
  for (let at = 0; at < 20; at += 1) {
    const { stream, over } = sendHalf(session, "/t.S/Hang", 1, 1);
    stream.end();
    const begun = hanging.length;
    if (at < 3) await expect.poll(() => hanging.length).toBe(begun + 1);
    stream.close(8);
    await over;
  }
  await expect(echo(await dial(a))).rejects.toMatchObject({ code: "exhausted" });
  expect(hanging).toHaveLength(3);
  for (const end of hanging) end();
  await expect(echo(await dial(a))).resolves.toHaveLength(1);
});

test("a stream on which nothing is ever said has an end; one that was spoken on stays", async () => {
  await serve({ messageMs: 100 });
  const silent = dialRaw(a).request({ ":method": "POST", ":path": "/t.S/Chat", "content-type": "application/grpc" });
  const ended = new Promise((done) =>
    silent
      .on("error", () => undefined)
      .resume()
      .once("close", done),
  );
  const client = await dial(a);
  const heard: string[] = [];
  const closes: unknown[] = [];
  const stream = client.stream("/t.S/Chat", {
    onMessage: (message) => void heard.push(String(message)),
    onClose: (error) => void closes.push(error),
  });
  stream.send([Buffer.from("1")]);
  await ended;
  stream.send([Buffer.from("2")]);
  await expect.poll(() => heard).toEqual(["1", "2"]);
  expect(closes).toEqual([]);
});

test("twenty half-sent messages hold no more than their identity may, the others have theirs, and all is given back", async () => {
  await serve({ bytes: { perParty: 200 * KB, inSum: 1000 * KB } });
  const session = dialRaw(a);
  const halves = Array.from({ length: 20 }, () => sendHalf(session, "/t.S/Echo", 64 * KB, 48 * KB));
  const refused = await Promise.race(halves.map(({ over }) => over));
  expect(refused).toMatch(/^8 too many bytes of spiffe:.+\/sa\/a are on their way/);
  expect(told).toEqual(new Set([`bytes in flight: ${A}`]));
  await expect(echo(await dial(b), 100 * KB)).resolves.toHaveLength(100 * KB);
  session.destroy();
  const client = await dial(a);
  await expect
    .poll(() =>
      echo(client, 150 * KB).then(
        ({ length }) => length,
        () => 0,
      ),
    )
    .toBe(150 * KB);
});

test("what is worked on is held until it was answered", async () => {
  await serve({ bytes: { perParty: 200 * KB, inSum: 1000 * KB } });
  const client = await dial(a);
  client.unary("/t.S/Hang", Buffer.alloc(150 * KB), { timeoutMs: 30_000 }).catch(() => undefined);
  await expect
    .poll(() =>
      echo(client, 100 * KB).then(
        () => "",
        ({ code }: { code: string }) => code,
      ),
    )
    .toBe("exhausted");
  await expect(echo(client, KB)).resolves.toHaveLength(KB);
});

test("single bytes cost what holds them", async () => {
  await serve({ bytes: { perParty: 20 * KB, inSum: 1000 * KB } });
  const { stream, over } = sendHalf(dialRaw(a), "/t.S/Echo", 10_000, 1);
  const drip = setInterval(() => stream.destroyed || stream.write(Buffer.alloc(1)), 0);
  expect(await over).toMatch(/^8 too many bytes/);
  clearInterval(drip);
});

test("calls of an identity are limited over all its connections, and others have theirs", async () => {
  await serve({ calls: { perParty: 3, inSum: 100 } });
  const clients = [await dial(a), await dial(a)];
  const streams = [0, 1, 0].map((index) =>
    clients[index]?.stream("/t.S/Chat", { onMessage: () => undefined, onClose: () => undefined }),
  );
  for (const stream of streams) stream?.send([Buffer.from("x")]);
  await expect
    .poll(() =>
      echo(clients[1] as GrpcClient).then(
        () => "",
        ({ code }: { code: string }) => code,
      ),
    )
    .toBe("exhausted");
  await expect(echo(await dial(b))).resolves.toHaveLength(1);
  streams[0]?.cancel();
  await expect
    .poll(() =>
      echo(clients[1] as GrpcClient).then(
        () => "ok",
        () => "",
      ),
    )
    .toBe("ok");
});

test("strangers who hold every call there is for them keep nobody out who has shown a certificate", async () => {
  await serve({ calls: { perParty: 3, inSum: 3 }, strangerCalls: { perParty: 3, inSum: 3 } });
  const stranger = await dial();
  for (let index = 0; index < 3; index += 1)
    stranger.stream("/t.S/Chat", { onMessage: () => undefined, onClose: () => undefined });
  await expect(echo(stranger)).rejects.toMatchObject({ code: "exhausted" });
  expect(told).toEqual(new Set(["open calls: 127.0.0.1"]));
  await expect(echo(await dial(a))).resolves.toHaveLength(1);
});

test("connections of an identity are limited, and others have theirs", async () => {
  await serve({ connections: { perParty: 2, inSum: 100 } });
  await echo(await dial(a));
  await echo(await dial(a));
  await expect(dial(a).then(echo)).rejects.toMatchObject({ code: "unavailable" });
  await expect(echo(await dial(b))).resolves.toHaveLength(1);
  expect(told).toEqual(new Set([`connections: ${A}`]));
});

test("connections before TLS are limited by address; those who have shown a certificate are not among them", async () => {
  await serve({ strangers: { perParty: 3, inSum: 100 } });
  for (let index = 0; index < 5; index += 1) await echo(await dial(a));
  const sockets = Array.from({ length: 5 }, () => connectSocket(port, "127.0.0.1").on("error", () => undefined));
  open.push({ close: () => void sockets.forEach((socket) => void socket.destroy()) });
  await expect.poll(() => sockets.filter((socket) => socket.resume().destroyed || socket.readableEnded).length).toBe(2);
  expect(told).toEqual(new Set(["connections without a certificate: 127.0.0.1"]));
});

test("strangers who hold every connection there is keep nobody out who comes from elsewhere", async () => {
  await serve({ strangers: { perParty: 3, inSum: 6 } });
  const sockets = Array.from({ length: 6 }, (_, at) =>
    connectSocket({ port, host: "127.0.0.1", localAddress: `127.0.0.${2 + (at % 2)}` }).on("error", () => undefined),
  );
  open.push({ close: () => void sockets.forEach((socket) => void socket.destroy()) });
  await Promise.all(sockets.map((socket) => new Promise((done) => socket.once("connect", done))));
  for (let index = 0; index < 3; index += 1) await echo(await dial(a));
  await expect.poll(() => sockets.some((socket) => socket.resume().destroyed || socket.readableEnded)).toBe(true);
});

test("half handshakes by the hundred hold up nobody: neither who comes from elsewhere nor, for long, who comes from the same address", async () => {
  await serve({
    handshakes: { perParty: 20, inSum: 60 },
    strangers: { perParty: 200, inSum: 400 },
    staleMs: 50,
    handshakeMs: 600_000,
  });
  // A true client's first words, and nothing after them.
  const hello = await firstWords();
  const sockets = Array.from({ length: 500 }, (_, at) =>
    connectSocket({ port, host: "127.0.0.1", localAddress: `127.0.0.${1 + (at % 2)}` }).on("error", () => undefined),
  );
  open.push({ close: () => void sockets.forEach((socket) => void socket.destroy()) });
  for (const socket of sockets) socket.write(hello);
  await Promise.all(sockets.map((socket) => new Promise((done) => socket.once("connect", done).once("close", done))));
  // An agent that is turned away comes again; none of those before it goes by itself.
  const answered = (shown: IssuedCertificate) =>
    dial(shown)
      .then(echo)
      .then(
        ({ length }) => length,
        () => 0,
      );
  await expect.poll(() => answered(a), { timeout: 30_000 }).toBe(1);
  await expect.poll(() => answered(b), { timeout: 30_000 }).toBe(1);
  expect([...told].some((line) => line.startsWith("TLS handshakes: 127.0.0."))).toBe(true);
});

test("who shows no certificate has time for one call, and not for ever", async () => {
  await serve({ strangerMs: 2000 });
  const client = await dial();
  await expect(echo(client)).resolves.toHaveLength(1);
  await expect.poll(() => client.isClosed).toBe(true);
});

test("who begins a handshake and never ends it is told of by address", async () => {
  await serve({ handshakeMs: 100 });
  const socket = connectSocket(port, "127.0.0.1").on("error", () => undefined);
  open.push({ close: () => void socket.destroy() });
  socket.write(Buffer.from([0x16, 0x03, 0x01]));
  await expect.poll(() => distrusted).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+ the TLS handshake failed: /)]);
});
