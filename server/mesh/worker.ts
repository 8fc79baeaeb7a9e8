// The thread that compiles configuration and serves proxies, apart from the event loop that serves people.
import { createHash } from "node:crypto";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { PharosError } from "#core/errors.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { takeChanged } from "#core/registry/take-changed.ts";
import { parseCredential } from "#core/xds/credential-name.ts";
import type { Peer } from "#grpc/peer.ts";
import { type GrpcMethod, GrpcServer } from "#grpc/server.ts";
import { keepServing } from "#node/keep-serving.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { authorizeNode } from "#server/mesh/authorize-node.ts";
import { DistrustBook } from "#server/mesh/distrust-book.ts";
import { Forwarder } from "#server/mesh/forwarder.ts";
import { createMeshCalls } from "#server/mesh/mesh-calls.ts";
import type { FromWorker, MeshCalls, MeshWorkerData, ToWorker } from "#server/mesh/protocol.ts";
import { RefusalSums } from "#server/mesh/refusal-sums.ts";
import { RevocationGuard, WATCH_REVOCATIONS } from "#server/mesh/revocation-guard.ts";
import { SecretWords } from "#server/mesh/secret-words.ts";
import { TapWatchers, WATCH_TAPS } from "#server/mesh/tap-watchers.ts";
import { toWire } from "#server/mesh/wire-error.ts";
import { yieldToPeople } from "#server/mesh/yield-to-people.ts";
import { type AdsEvent, AdsServer } from "#server/xds/ads-server.ts";

if (parentPort === null) throw new Error("server/mesh/worker.ts runs as a worker thread");
const port = parentPort;
yieldToPeople();
const data = workerData as MeshWorkerData;
const say = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

// A fleet that reconnects makes thousands of events: they cross together.
const EVENTS_EVERY_MS = 10;
/** Within this, one who comes again and again with the same bad certificate is counted. */
const DISTRUST_WINDOW_MS = 60_000;
let events: AdsEvent[] = [];
function note(event: AdsEvent): void {
  if (events.length === 0) {
    setTimeout(() => {
      say({ kind: "events", events });
      events = [];
    }, EVENTS_EVERY_MS);
  }
  events.push(event);
}

/** What credentials hold: it goes to the proxies that name them, and nowhere else. */
const credentials = new Map(Object.entries(data.credentials));
const compiler = createCompiler(data.snapshot, {
  material: (key) => credentials.get(key),
  hash: (bytes) => createHash("sha1").update(bytes).digest("hex").slice(0, 16),
});
const forwarder = new Forwarder(say);

/** Serves proxies whose identity `authorize` holds against the node they say they are. */
function makeMethods(ads: AdsServer): ReadonlyMap<string, GrpcMethod> {
  const all: readonly [string, GrpcMethod][] = [
    ...Array.from(ads.methods(), ([path, method]): [string, GrpcMethod] => [path, afterPeople(method)]),
    ...data.forwarded.map((path): [string, GrpcMethod] => [
      path,
      { kind: "unary", handle: (request, call) => forwarder.forward(path, request, call) },
    ]),
    [WATCH_REVOCATIONS, guard.watch(isOurs)],
    [WATCH_TAPS, taps.watch(isOurs)],
  ];
  return new Map(all.map(([path, method]) => [path, guard.guard(method)]));
}

function isOurs({ certificate }: Peer): boolean {
  return certificate?.isTrusted === true;
}

/** A fleet that comes back keeps the loop busy in one turn for a second: what people ask is answered between two streams. */
function afterPeople(method: GrpcMethod): GrpcMethod {
  if (method.kind === "unary") return method;
  return {
    kind: "stream",
    open(stream) {
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port))
        receive((got as { readonly message: ToWorker }).message);
      return method.open(stream);
    },
  };
}

/** The registered instances, by `namespace/name`. */
const registered = new Map(data.snapshot.instances.map((each) => [keyOf(each), each]));
function keyOf({ namespace, name }: WorkloadInstance): string {
  return `${namespace}/${name}`;
}

const distrusted = new DistrustBook((line) => note({ kind: "refused", actor: line.node, ...line }));
setInterval(() => distrusted.summarize(), DISTRUST_WINDOW_MS).unref();
const guard = new RevocationGuard(data.revoked, (peer, reason) => distrusted.add({ peer, reason }));

const taps = new TapWatchers((instance) => registered.get(instance));

const secretWords = new SecretWords();
secretWords.note(data.snapshot.resources);

const plaintextPeers = new WeakSet<object>();
const ads = new AdsServer({
  source: compiler,
  revision: data.snapshot.revision,
  authorize: (node, peer) =>
    plaintextPeers.has(peer)
      ? { node, spiffeId: null, isRegistered: false }
      : authorizeNode(node, peer, {
          trustDomain: data.trustDomain,
          nowMs: Date.now(),
          find: (instance) => registered.get(instance),
        }),
  isGuarded: (type, name) => type === "SDS" && parseCredential(name) !== undefined,
  onEvent: note,
  tellable: (words) => secretWords.hideIn(words),
});
const methods = makeMethods(ads);
const onFailure = (path: string, error: PharosError): void => say({ kind: "failed", path, error: toWire(error) });
const refusals = new RefusalSums((refused) => say({ kind: "limited", refused }));
const server = new GrpcServer({
  onLimit: (limit, party) => refusals.add(limit, party),
  methods,
  tls: data.tls,
  onDistrust: (distrust) => distrusted.add(distrust),
  onFailure,
});
const plaintext =
  data.plaintextPort === null ? undefined : new GrpcServer({ methods: withoutIdentity(methods), onFailure });

/** On the port without TLS, for load tools on this machine, there is no certificate to hold a node against. */
function withoutIdentity(all: ReadonlyMap<string, GrpcMethod>): ReadonlyMap<string, GrpcMethod> {
  return new Map(
    [...all].flatMap(([path, method]): [string, GrpcMethod][] =>
      method.kind === "unary"
        ? []
        : [
            [
              path,
              {
                kind: "stream",
                open: (stream) => {
                  plaintextPeers.add(stream.peer);
                  return method.open(stream);
                },
              },
            ],
          ],
    ),
  );
}

const meshCalls = createMeshCalls(compiler, ads);
const calls: MeshCalls = {
  ...meshCalls,
  apply(change) {
    secretWords.note(change.upserts);
    for (const each of change.instanceUpserts) registered.set(keyOf(each), each);
    for (const key of change.instanceDeletes) registered.delete(key);
    return meshCalls.apply(change);
  },
  setTls: (tls) => server.setTls(tls),
  setRevoked(revoked) {
    guard.set(revoked);
    server.drop((peer) => guard.why(peer) !== undefined);
  },
  setCredentials: (changed) => takeChanged(credentials, changed),
  setTaps: (orders) => taps.set(orders),
  async close() {
    await Promise.all([server.close(), plaintext?.close()]);
  },
};

function receive(message: ToWorker): void {
  if (message.kind === "answer") {
    forwarder.answered(message);
    return;
  }
  const { id, method, args } = message;
  new Promise((resolve) => resolve((calls[method] as (...all: readonly unknown[]) => unknown)(...args))).then(
    (value) => say({ kind: "result", id, value }),
    (error: unknown) => say({ kind: "result", id, error: toWire(error) }),
  );
}
port.on("message", receive);

const bound = await server.listen({ host: data.host, port: data.port });
const boundPlaintext =
  plaintext === undefined ? null : await plaintext.listen({ host: "127.0.0.1", port: data.plaintextPort ?? 0 });
// Not before: what fails while it starts is for who started it.
keepServing((message) =>
  say({ kind: "failed", path: "the mesh thread", error: { code: "internal", message, hint: undefined, details: {} } }),
);
say({ kind: "ready", port: bound, plaintextPort: boundPlaintext });
