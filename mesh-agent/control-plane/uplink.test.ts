import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GrpcServer } from "#grpc/server.ts";
import { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import type { Identity } from "#mesh-agent/identity/identity.ts";
import { parseIdentity } from "#mesh-agent/identity/identity.ts";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";
import { TestAuthority } from "#testing/test-authority.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
let cleanup: Cleanup;
let authority: TestAuthority;
let port: number;
/** Every connection goes through here, so that a test can break one of them. */
let sockets: Socket[];
let proxy: Server;

beforeEach(async () => {
  cleanup = new Cleanup();
  sockets = [];
  authority = await TestAuthority.open();
  const methods = new Map([
    [
      "/t.S/Serial",
      {
        kind: "unary",
        handle: (_: Buffer, { peer }: { peer: { certificate: { serial: string } | null } }) =>
          Promise.resolve(Buffer.from(peer.certificate?.serial ?? "")),
      } as const,
    ],
  ]);
  const server = new GrpcServer({ methods, tls: await authority.authority.issueServing(3_600_000, Date.now()) });
  const behind = await server.listen({ host: "127.0.0.1", port: 0 });
  cleanup.add(() => server.close());
  proxy = createServer((socket) => {
    sockets.push(socket);
    const upstream = connect(behind, "127.0.0.1");
    for (const each of [socket, upstream]) each.on("error", () => undefined);
    socket.on("close", () => upstream.destroy());
    upstream.on("close", () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  cleanup.add(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const address = proxy.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterEach(() => cleanup.run());

async function issue(): Promise<Identity> {
  const { cert, key, roots } = await authority.serveAs(ID);
  return parseIdentity({ keyPem: key, certificates: [cert, roots], issuedAtMs: Date.now() });
}

async function open(identity: () => Identity): Promise<Uplink> {
  const stop = new AbortController();
  const uplink = new Uplink({ server: `127.0.0.1:${port}`, identity, log: silentLogger });
  const running = uplink.run(stop.signal);
  cleanup.add(() => {
    stop.abort();
    return running;
  });
  await isUp(uplink);
  return uplink;
}

const isUp = (uplink: Uplink) => eventually("up", () => (uplink.state.kind === "up" ? true : undefined));
const serial = async (uplink: Uplink) => String(await uplink.unary("/t.S/Serial", Buffer.alloc(0), 30_000));

test("after a renewal calls go out with the new certificate, and nobody hears of a break", async () => {
  let identity = await issue();
  const uplink = await open(() => identity);
  const kinds: string[] = [];
  uplink.onChange(({ kind }) => void kinds.push(kind));
  expect(await serial(uplink)).toBe(identity.serial);
  identity = await issue();
  await uplink.renew();
  expect(await serial(uplink)).toBe(identity.serial);
  expect(kinds).toEqual(["up"]);
});

test("the renewed connection is the one that counts: when it breaks, it is dialled again at once", async () => {
  const identity = await issue();
  const uplink = await open(() => identity);
  await uplink.renew();
  const dialled = sockets.length;
  sockets.at(-1)?.destroy();
  await eventually("another connection", () => (sockets.length > dialled ? true : undefined));
  await isUp(uplink);
  expect(await serial(uplink)).toBe(identity.serial);
});

test("when moving to the new certificate fails, the old connection does not live on", async () => {
  let identity = await issue();
  const uplink = await open(() => identity);
  identity = { ...identity, chainPem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
  await expect(uplink.renew()).rejects.toThrow();
  await eventually("down", () => (uplink.state.kind === "down" ? true : undefined));
  identity = await issue();
  await isUp(uplink);
  expect(await serial(uplink)).toBe(identity.serial);
});

test("a call without a connection fails at once", async () => {
  const identity = await issue();
  const uplink = new Uplink({ server: "127.0.0.1:1", identity: () => identity, log: silentLogger });
  await expect(uplink.unary("/t.S/Serial", Buffer.alloc(0), 5000)).rejects.toMatchObject({ code: "unavailable" });
});

test("however long the control plane was away, it is dialled again after a second and a half at most", async () => {
  const identity = await issue();
  const stop = new AbortController();
  const waits: number[] = [];
  const wait = async (ms: number) => {
    if (waits.push(ms) === 50) stop.abort();
  };
  const uplink = new Uplink({ server: "127.0.0.1:1", identity: () => identity, log: silentLogger, wait });
  await uplink.run(stop.signal);
  expect(waits).toHaveLength(50);
  expect(Math.max(...waits)).toBeLessThanOrEqual(1500);
  expect(Math.min(...waits), "nor is it overrun").toBeGreaterThanOrEqual(50);
});

test("after a connection that stood it is dialled again soon, however long it had waited before", async () => {
  const identity = await issue();
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  let breaks = 0;
  const stop = new AbortController();
  const uplink = new Uplink({ server: `127.0.0.1:${port}`, identity: () => identity, log: silentLogger, wait });
  uplink.onChange(({ kind }) => {
    if (kind === "up") setImmediate(() => sockets.at(-1)?.destroy());
    else if (++breaks === 8) stop.abort();
  });
  await uplink.run(stop.signal);
  expect(waits).toHaveLength(8);
  expect(Math.max(...waits)).toBeLessThanOrEqual(100);
});
