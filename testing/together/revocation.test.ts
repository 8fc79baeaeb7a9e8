import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import { saveIdentity } from "#mesh-agent/identity/identity-file.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { freePort } from "#node/free-port.ts";
import type { AppCaller } from "#server/api/router.ts";
import { runServer } from "#server/main.ts";
import { getRuntime } from "#server/runtime.ts";
import { Cleanup, eventually, type RunningAgent, startAgent, startApp, temporaryDir } from "#testing/test-agent.ts";

const MESH = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ name: http, number: 9080, protocol: HTTP }, { name: tcp, number: 9090, protocol: TCP }]
  workloadSelector: { labels: { app: reviews } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: reviews-v1, namespace: default }
spec: { metadata: { labels: { app: reviews, version: v1 } }, template: { serviceAccount: reviews } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: caller, namespace: default }
spec: { metadata: { labels: { app: caller } }, template: { serviceAccount: caller } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
`;
const CALLER = "spiffe://cluster.local/ns/default/sa/caller";
const CERTIFICATE_MS = 60_000;

let dir: string;
let served: Promise<void>;
let api: AppCaller;
let cleanup: Cleanup;
let agents: Record<"caller" | "reviews", RunningAgent>;
let dirs: Record<"caller" | "reviews", string>;
let proxyPort: number;
let inboundPort: number;
let tcpPort: number;
const stop = new AbortController();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-revocation-"));
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  served = runServer(
    {
      dir,
      host: "127.0.0.1",
      port: 0,
      xdsPort: 0,
      plaintextPort: null,
      trustDomain: "cluster.local",
      certTtlMs: CERTIFICATE_MS,
      traceSampling: 1,
      proxies: DEFAULT_PROXY_SETTINGS,
      otlp: { grpc: null, http: null },
      publicUrl: null,
      instanceAddresses: [],
      instancesMax: 500,
      demoSignIn: true,
      console: false,
    },
    stop.signal,
  );
  await eventually("the server", () => readFileSync(join(dir, "server.json"), "utf8"));
  const { console: url } = JSON.parse(readFileSync(join(dir, "server.json"), "utf8")) as { console: string };
  api = await getRuntime().createCaller(new Headers({ host: new URL(url).host }));
  await api.config.applyChanges({ changes: [{ op: "upsert", text: MESH }], reason: "" });
});
afterAll(async () => {
  stop.abort();
  await served;
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  cleanup = new Cleanup();
  let appPort: number;
  [proxyPort, inboundPort, tcpPort, appPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    startApp(cleanup),
  ]);
  dirs = { caller: temporaryDir(cleanup), reviews: temporaryDir(cleanup) };
  const reviews = { dir: dirs.reviews, name: "reviews-0", serviceAccount: "reviews", group: "reviews-v1" };
  const caller = { dir: dirs.caller, name: "caller-0", serviceAccount: "caller", group: "caller" };
  agents = {
    reviews: startAgent(cleanup, {
      ...reviews,
      token: await makeToken("reviews", "reviews-v1"),
      ports: [
        { name: "http", appPort, inboundPort },
        { name: "tcp", appPort, inboundPort: tcpPort },
      ],
    }),
    caller: startAgent(cleanup, { ...caller, token: await makeToken("caller", "caller"), httpProxyPort: proxyPort }),
  };
  await eventually("a call", async () => ((await call()) === 200 ? true : undefined), 90_000);
});
afterEach(async () => {
  await cleanup.run();
  for (const { id, lifted } of await api.identity.revocations())
    if (lifted === null) await api.identity.liftRevocation({ id });
});

async function makeToken(serviceAccount: string, group: string): Promise<string> {
  return (await api.identity.createJoinToken({ namespace: "default", serviceAccount, group, ttlSeconds: 600 })).token;
}

/** A call of reviews as an application makes it, on a connection of its own to its proxy. */
function call(): Promise<number> {
  const host = "reviews:9080";
  return new Promise((done, fail) => {
    const req = request(
      { host: "127.0.0.1", port: proxyPort, path: `http://${host}/`, headers: { host }, agent: false, timeout: 5000 },
      (answer) => {
        answer.resume().on("end", () => done(answer.statusCode ?? 0));
      },
    );
    req.on("timeout", () => req.destroy(new Error("timed out")));
    req.on("error", fail);
    req.end();
  });
}

const proxyOf = async (name: string) => (await api.proxies.list()).find((proxy) => proxy.name === name);

interface Stored {
  readonly keyPem: string;
  readonly chainPem: string;
  readonly rootsPem: string;
}
const readStored = (from: string): Stored => JSON.parse(readFileSync(join(from, "identity.json"), "utf8")) as Stored;
const identityOf = (name: "caller" | "reviews"): Stored => readStored(dirs[name]);

/** Another host of the same account. */
async function joinAs(serviceAccount: string, to: string): Promise<void> {
  const token = await makeToken(serviceAccount, serviceAccount);
  mkdirSync(to);
  saveIdentity(join(to, "identity.json"), await joinMesh(token, undefined));
}

function openTls(
  { keyPem, chainPem, rootsPem }: Stored,
  port: number,
  ALPNProtocols: string[],
  session?: Buffer,
): TLSSocket {
  return connect({
    host: "127.0.0.1",
    port,
    key: keyPem,
    cert: chainPem,
    ca: rootsPem,
    ALPNProtocols,
    checkServerIdentity: () => undefined,
    ...(session === undefined ? {} : { session }),
  });
}

/** Says a request on a connection that stays open, and answers what came back; "ended" when nothing more will. */
function keepAsking(socket: Duplex): () => Promise<string> {
  let isOver = false;
  socket
    .on("error", () => undefined)
    .on("close", () => {
      isOver = true;
    });
  return () =>
    new Promise((done) => {
      if (isOver) return done("ended");
      const end = (answer: string): void => {
        socket.off("data", hear).off("close", close);
        done(answer);
      };
      const hear = (chunk: Buffer): void => end(chunk.toString("latin1").split("\r\n", 1)[0] ?? "");
      const close = (): void => end("ended");
      socket.on("data", hear).on("close", close);
      socket.write("GET / HTTP/1.1\r\nhost: reviews\r\n\r\n");
    });
}

/** The same over HTTP/2. */
function keepAskingHttp2(socket: TLSSocket): () => Promise<string> {
  const session = connectHttp2("https://reviews", { createConnection: () => socket });
  session.on("error", () => undefined);
  return () =>
    new Promise((done) => {
      if (session.destroyed || session.closed) return done("ended");
      const stream = session.request({ ":path": "/", ":authority": "reviews" });
      stream.on("response", (headers) => done(`HTTP/2 ${headers[":status"]}`));
      stream.on("error", () => undefined).on("close", () => done("ended"));
      stream.resume().end();
    });
}

/** What becomes of a new connection to the sidecar of reviews, with the certificate given: "" when it may talk. */
function dialReviews(identity: Stored, session?: Buffer, onSession?: (session: Buffer) => void): Promise<string> {
  return new Promise((done) => {
    const socket = openTls(identity, inboundPort, ["istio-http/1.1", "istio", "http/1.1"], session);
    if (onSession !== undefined) socket.on("session", onSession);
    // With TLS 1.3 the server's verdict comes behind the handshake.
    socket.on("secureConnect", () => socket.write("GET / HTTP/1.1\r\nhost: reviews\r\nconnection: close\r\n\r\n"));
    socket.once("data", () => {
      socket.destroy();
      done("");
    });
    socket.once("error", ({ message }) => done(message));
    socket.once("close", () => done("closed"));
  });
}

const refusedAsRevoked = (identity: Stored): Promise<boolean> =>
  eventually("a new connection is refused", async () => {
    const verdict = await dialReviews(identity);
    if (verdict.includes("certificate revoked")) return true;
    throw new Error(`the verdict is "${verdict}"`);
  });

test("a revoked identity loses its stream, is refused renewal with the reason, and by other proxies; lifted, it is back", async () => {
  const { id } = await api.identity.revoke({
    kind: "identity",
    subject: "default/caller",
    reason: "its host was stolen",
  });
  const stolen = identityOf("caller");
  await eventually("its proxy is away", async () =>
    (await proxyOf("caller-0"))?.connectedSince === null ? true : undefined,
  );
  expect((await proxyOf("reviews-0"))?.connectedSince, "the other stays").not.toBeNull();
  await eventually("on its open connection", async () => ((await call()) === 403 ? true : undefined), 60_000);
  await refusedAsRevoked(stolen);
  expect(await dialReviews(identityOf("reviews")), "others may come").toBe("");
  const refusal = await eventually(
    "its renewal is refused",
    () => agents.caller.log.find((line) => line.includes("not renewed") && line.includes("its host was stolen")),
    90_000,
  );
  expect(refusal).toContain(`of ${CALLER} was revoked by demo`);
  const listed = await api.identity.list();
  expect(listed.filter(({ revocation }) => revocation !== null).every(({ spiffeId }) => spiffeId === CALLER)).toBe(
    true,
  );
  await expect(
    api.identity.createJoinToken({ namespace: "default", serviceAccount: "caller", group: "caller", ttlSeconds: 60 }),
  ).rejects.toThrow("its host was stolen");

  await api.identity.liftRevocation({ id, reason: "it was found" });
  await eventually("its proxy is back", async () =>
    (await proxyOf("caller-0"))?.connectedSince != null ? true : undefined,
  );
  await eventually("it may call again", async () => ((await call()) === 200 ? true : undefined), 60_000);
  const audit = await api.access.audit({ limit: 100 });
  const actions = audit.map(({ action, actor, outcome }) => `${action} ${actor} ${outcome}`);
  expect(actions).toContain("identity.revoke demo allowed");
  expect(actions).toContain("identity.liftRevocation demo allowed");
}, 240_000);

test("what a revoked identity has open ends, whatever it speaks, and a session it kept is not resumed", async () => {
  const stolen = identityOf("caller");
  const sessions: Buffer[] = [];
  expect(await dialReviews(stolen, undefined, (session) => sessions.push(session))).toBe("");
  const [session] = sessions;
  const tcp = keepAsking(openTls(stolen, tcpPort, ["istio"]));
  const http = keepAsking(openTls(stolen, inboundPort, ["istio-http/1.1", "http/1.1"]));
  const http2 = keepAskingHttp2(openTls(stolen, inboundPort, ["istio-h2", "h2"]));
  expect([await tcp(), await http(), await http2()]).toEqual(["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/2 200"]);
  await api.identity.revoke({ kind: "identity", subject: "default/caller", reason: "its host was stolen" });
  const isOver = (ask: () => Promise<string>, refused: RegExp) =>
    eventually("it is over", async () => (refused.test(await ask()) ? true : undefined), 90_000);
  await Promise.all([isOver(http, /403|ended/), isOver(http2, /403|ended/), isOver(tcp, /ended/)]);
  await refusedAsRevoked(stolen);
  expect(session, "the proxy gave one").toBeDefined();
  expect(await dialReviews(stolen, session), "it is no way in").not.toBe("");
}, 240_000);

test("one revoked certificate is refused by proxies and at renewal; the rest of its identity goes on", async () => {
  const copied = identityOf("caller");
  const { serialNumber, fingerprint256 } = new X509Certificate(copied.chainPem);
  const namesake = join(dir, "namesake");
  await joinAs("caller", namesake);
  await api.identity.revoke({ kind: "certificate", subject: fingerprint256, reason: "its key was copied" });
  await refusedAsRevoked(copied);
  const refused = await eventually(
    "its renewal",
    () => agents.caller.log.find((line) => line.includes("not renewed") && line.includes("its key was copied")),
    90_000,
  );
  expect(refused).toContain(serialNumber.toLowerCase());
  expect(await dialReviews(readStored(namesake)), "another certificate of the same identity").toBe("");
}, 240_000);

test("what a token allowed ends with its group: the certificate is not renewed, and the agent says why", async () => {
  const group = "WorkloadGroup/default/caller";
  const { revision } = await api.config.applyChanges({ changes: [{ op: "delete", ref: group }], reason: "" });
  const refused = await eventually(
    "its renewal",
    () => agents.caller.log.find((line) => line.includes("not renewed") && line.includes("was deleted")),
    90_000,
  );
  expect(refused).toContain("what join token");
  await api.config.undo({ revision: revision ?? 0, reason: "" });
  await eventually(
    "renewed once the group is back",
    () => {
      const at = agents.caller.log.indexOf(refused);
      return agents.caller.log
        .slice(at)
        .find((line) => line.includes("certificate renewed") || line.includes("joined"));
    },
    90_000,
  );
}, 240_000);
