import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { connectGrpc } from "#grpc/client.ts";
import { urisOf } from "#grpc/peer.ts";
import { type Distrust, type GrpcMethod, GrpcServer, type ServerTls } from "#grpc/server.ts";
import { type IssuedCertificate, makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
const SERVER = "spiffe://cluster.local/ns/istio-system/sa/pharos";

let ours: TestAuthority;
let foreign: TestAuthority;
let server: GrpcServer;
let port: number;
let distrusted: Distrust[];
let failures: string[];

const serving = async (): Promise<ServerTls> => ({ ...(await ours.issue(SERVER)), roots: ours.roots });

beforeEach(async () => {
  [ours, foreign] = await Promise.all([makeTestAuthority(), makeTestAuthority("CN=foreign root")]);
  distrusted = [];
  failures = [];
  server = new GrpcServer({
    methods: new Map([
      ["/t.S/Echo", { kind: "unary", handle: (request: Buffer) => Promise.resolve(request) }],
      [
        "/t.S/Break",
        {
          kind: "unary",
          handle: () => Promise.reject(new PharosError("internal", "it broke\n    at secret (/srv/place.ts:1:1)")),
        },
      ],
      ["/t.S/Listen", { kind: "stream", open: () => ({ onMessage: () => undefined }) }],
    ]),
    tls: await serving(),
    onDistrust: (each) => distrusted.push(each),
    onFailure: (path, error) => failures.push(`${path}: ${error.message}`),
  });
  port = await server.listen({ host: "127.0.0.1", port: 0 });
});
afterEach(() => server.close());

async function echo(identity: Partial<IssuedCertificate>): Promise<string> {
  const client = await connectGrpc({ address: `127.0.0.1:${port}`, tls: { roots: ours.roots, ...identity } });
  try {
    return String(await client.unary("/t.S/Echo", Buffer.from("hello"), { timeoutMs: 30_000 }));
  } finally {
    client.close();
  }
}

test("who shows a good certificate or none is let in without a word", async () => {
  expect(await echo({})).toBe("hello");
  expect(await echo(await ours.issue(ID))).toBe("hello");
  expect(distrusted).toEqual([]);
});

test.each<[string, () => Promise<IssuedCertificate>, RegExp]>([
  ["of another root", () => foreign.issue(ID), /is not trusted: another root issued it \(\w+\)$/],
  ["that has ended", () => ours.issue(ID, -1000), /is not trusted: it has expired \(CERT_HAS_EXPIRED\)$/],
])("a certificate %s is told of, though its calls arrive", async (_, issue, reason) => {
  expect(await echo(await issue())).toBe("hello");
  expect(distrusted).toMatchObject([
    {
      peer: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), certificate: { uris: [ID], isTrusted: false } },
      reason: expect.stringMatching(reason),
    },
  ]);
  expect(distrusted[0]?.reason).toMatch(/^certificate [0-9a-f]+ of spiffe:/);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "a client without TLS",
    async () =>
      void connectTcp(port, "127.0.0.1")
        .on("error", () => {})
        .write("GET / HTTP/1.1\r\n\r\n"),
    /http request/,
  ],
  [
    "a client that speaks TLS 1.1",
    async () => dial({ maxVersion: "TLSv1.1", minVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
    /unsupported protocol/,
  ],
  ["a client that speaks no HTTP/2", async () => dial({ ALPNProtocols: ["http/1.1"] }), /no application protocol/],
])("a handshake that fails is told of, with its reason: %s", async (_, attempt, reason) => {
  await attempt();
  await expect.poll(() => distrusted.length).toBe(1);
  expect(distrusted[0]).toMatchObject({
    peer: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), certificate: null },
    reason: expect.stringMatching(/^the TLS handshake failed: /),
  });
  expect(distrusted[0]?.reason).toMatch(reason);
});

test("who only looks whether the port is open is nobody to tell of", async () => {
  const socket = connectTcp(port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
  expect(await echo({})).toBe("hello");
  expect(distrusted).toEqual([]);
});

function dial(options: object): Promise<TLSSocket> {
  return new Promise((resolve) => {
    const socket = connectTls({
      host: "127.0.0.1",
      port,
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
      ...options,
    });
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", () => resolve(socket));
  });
}

/** Whether a second connection may carry on with what the first one was believed. */
async function isResumed(identity: IssuedCertificate): Promise<boolean> {
  const options = { ...identity, ca: ours.roots, maxVersion: "TLSv1.2" };
  const first = await dial(options);
  const session = first.getSession();
  first.destroy();
  const second = await dial({ ...options, session });
  const isReused = second.isSessionReused();
  second.destroy();
  return isReused;
}

test("no session is resumed, neither before nor after the server renewed its certificate", async () => {
  const identity = await ours.issue(ID);
  expect(await isResumed(identity)).toBe(false);
  await server.setTls(await serving());
  expect(await isResumed(identity)).toBe(false);
});

test("what breaks inside stays on this side", async () => {
  const client = await connectGrpc({ address: `127.0.0.1:${port}`, tls: { roots: ours.roots } });
  const error = await client.unary("/t.S/Break", Buffer.of(), { timeoutMs: 30_000 }).catch((each: unknown) => each);
  client.close();
  expect(error).toMatchObject({ code: "internal", message: "the server failed at this", hint: "its log says why" });
  expect(failures).toEqual(["/t.S/Break: it broke\n    at secret (/srv/place.ts:1:1)"]);
});

test.each([
  ["a DNS name that holds a URI", [{ type: "dns", value: `a, URI:${ID}, b` }], []],
  ["a URI that holds another", [{ type: "url", value: `spiffe://x, URI:${ID}, URI:y` }], ['""']],
  ["a DNS name with quotes in it", [{ type: "dns", value: `a", URI:${ID}, "b` }], []],
  [
    "two URIs and a DNS name",
    [
      { type: "url", value: ID },
      { type: "dns", value: "a" },
      { type: "url", value: "spiffe://y" },
    ],
    [ID, "spiffe://y"],
  ],
] as const)("reads no id out of %s that is not there", async (_, names, expected) => {
  const { cert } = await ours.issue([...names]);
  expect(urisOf(new X509Certificate(cert))).toEqual(expected);
});

test("who has shown no good certificate has no more to say than a request for one", async () => {
  const long = Buffer.alloc(100_000);
  const say = async (identity: Partial<IssuedCertificate>, message: Buffer): Promise<number> => {
    const client = await connectGrpc({ address: `127.0.0.1:${port}`, tls: { roots: ours.roots, ...identity } });
    try {
      return (await client.unary("/t.S/Echo", message, { timeoutMs: 30_000 })).length;
    } finally {
      client.close();
    }
  };
  expect(await say(await ours.issue(ID), long)).toBe(100_000);
  expect(await say({}, Buffer.alloc(10_000))).toBe(10_000);
  await expect(say({}, long)).rejects.toMatchObject({ code: "exhausted" });
  await expect(say(await foreign.issue(ID), long)).rejects.toMatchObject({ code: "exhausted" });
});

test("a stream ends with the certificate that it was opened with", async () => {
  const lifeMs = 5000;
  const identity = await ours.issue(ID, lifeMs);
  const { validToDate } = new X509Certificate(identity.cert);
  const client = await connectGrpc({ address: `127.0.0.1:${port}`, tls: { roots: ours.roots, ...identity } });
  const error = await new Promise((onClose) => client.stream("/t.S/Listen", { onMessage: () => undefined, onClose }));
  client.close();
  expect(error).toMatchObject({ code: "unauthenticated", message: expect.stringContaining(`of ${ID} ended at`) });
  expect(Date.now()).toBeGreaterThanOrEqual(validToDate.getTime());
});

test("a server that closes waits for no handshake", async () => {
  const silent = connectTcp(port, "127.0.0.1");
  await once(silent, "connect");
  const ended = once(silent.resume(), "close");
  // The server has taken the connection once it answers another.
  await echo({});
  await server.close();
  await ended;
});

test("the peer is known by its certificate, trusted or not, and a new certificate serves new connections without a restart", async () => {
  const [ours, foreign] = await Promise.all([makeTestAuthority(), makeTestAuthority("CN=foreign root")]);
  const id = "spiffe://cluster.local/ns/default/sa/reviews";
  const [serving, renewed, good, bad] = await Promise.all([
    ours.issue("spiffe://cluster.local/ns/p/sa/server"),
    ours.issue("spiffe://cluster.local/ns/p/sa/renewed"),
    ours.issue(id),
    foreign.issue(id),
  ]);
  const who: GrpcMethod = {
    kind: "unary",
    handle: (_, { peer }) =>
      Promise.resolve(
        Buffer.from(
          JSON.stringify({
            uris: peer.certificate?.uris,
            isTrusted: peer.certificate?.isTrusted,
            problem: peer.certificate?.problem,
          }),
        ),
      ),
  };
  const own = new GrpcServer({ methods: new Map([["/t.S/Who", who]]), tls: { ...serving, roots: ours.roots } });
  const address = `127.0.0.1:${await own.listen({ host: "127.0.0.1", port: 0 })}`;
  const ask = async (identity: object): Promise<unknown> => {
    const client = await connectGrpc({ address, tls: { roots: ours.roots, ...identity } });
    const reply = await client.unary("/t.S/Who", Buffer.alloc(0), { timeoutMs: 30_000 });
    client.close();
    return JSON.parse(String(reply));
  };
  expect(await ask(good)).toEqual({ uris: [id], isTrusted: true, problem: null });
  expect(await ask(bad)).toMatchObject({ uris: [id], isTrusted: false, problem: expect.any(String) });
  expect(await ask({})).toEqual({});
  await expect(connectGrpc({ address, tls: { roots: foreign.roots } })).rejects.toMatchObject({ code: "unavailable" });

  own.setTls({ ...renewed, roots: foreign.roots });
  const names: string[] = [];
  const client = await connectGrpc({
    address,
    tls: { ...bad, verify: ([leaf]) => void names.push(leaf?.subjectAltName ?? "") },
  });
  expect(names).toEqual(["URI:spiffe://cluster.local/ns/p/sa/renewed"]);
  expect(JSON.parse(String(await client.unary("/t.S/Who", Buffer.alloc(0), { timeoutMs: 30_000 })))).toMatchObject({
    isTrusted: true,
  });
  client.close();
  await own.close();
});
