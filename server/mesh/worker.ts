// The thread that compiles configuration and serves proxies, apart from the event loop that serves people.
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { PharosError } from "#core/errors.ts";
import type { Layer } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { type CallInfo, type GrpcMethod, GrpcServer } from "#grpc/server.ts";
import { authorizeNode } from "#server/mesh/authorize-node.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";
import type { ForwardedPeer, FromWorker, MeshCalls, MeshWorkerData, ToWorker, WireError } from "#server/mesh/protocol.ts";
import { createCompiler } from "#server/translate/create-compiler.ts";
import { AdsServer } from "#server/xds/ads-server.ts";

if (parentPort === null) throw new Error("server/mesh/worker.ts runs as a worker thread");
const port = parentPort;
const data = workerData as MeshWorkerData;
const say = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const compiler = createCompiler(data.snapshot, { hash: (bytes) => createHash("sha1").update(bytes).digest("hex").slice(0, 16) });
const makeAds = (): AdsServer =>
  new AdsServer({
    source: compiler,
    authorize: (node, peer) => (peer.certificate === null && data.plaintextPort !== null && isPlaintext(peer.address) ? null : authorizeNode(node, peer, data.trustDomain, Date.now())),
    onEvent: (event) => say({ kind: "event", event }),
  });
const ads = makeAds();

/** Only loopback may speak without TLS, and only when a port for that was asked for. */
function isPlaintext(address: string): boolean {
  return plaintext !== undefined && (address.startsWith("127.") || address.startsWith("::1") || address.startsWith("::ffff:127."));
}

let nextForward = 1;
const forwards = new Map<number, { resolve(reply: Uint8Array): void; reject(error: PharosError): void }>();

function forward(path: string, request: Buffer, call: CallInfo): Promise<Uint8Array> {
  const id = nextForward++;
  const { certificate, address } = call.peer;
  const authorization = call.headers.authorization;
  const peer: ForwardedPeer = {
    address,
    certificate:
      certificate === null
        ? null
        : { isTrusted: certificate.isTrusted, problem: certificate.problem, uris: certificate.uris, serial: certificate.serial, notAfterMs: certificate.notAfter.getTime(), der: Uint8Array.from(certificate.der) },
    headers: typeof authorization === "string" ? { authorization } : {},
  };
  const copy = Uint8Array.from(request);
  return new Promise((resolve, reject) => {
    forwards.set(id, { resolve, reject });
    call.signal.addEventListener("abort", () => forwards.delete(id), { once: true });
    say({ kind: "forward", id, path, request: copy, peer }, [copy.buffer]);
  });
}

const methods = new Map<string, GrpcMethod>([...ads.methods(), ...data.forwarded.map((path): [string, GrpcMethod] => [path, { kind: "unary", handle: (request, call) => forward(path, request, call) }])]);
const server = new GrpcServer({ methods, tls: data.tls });
const plaintext = data.plaintextPort === null ? undefined : new GrpcServer({ methods });

const calls: MeshCalls = {
  apply(change) {
    const { changes, diagnostics } = compiler.apply(change);
    ads.distribute(changes, change.revision);
    return { diagnostics };
  },
  preview(change) {
    const { changes, diagnostics } = compiler.preview(change);
    const holders = new Map<string, string[]>();
    for (const { id } of ads.proxies()) {
      for (const { id: layerId } of ads.view(id)?.layers ?? []) holders.set(layerId, [...(holders.get(layerId) ?? []), id]);
    }
    return {
      diagnostics,
      changes: changes.map(({ layerId, type, before, after }) => ({
        type,
        name: (after ?? before)?.name ?? "",
        op: before === undefined ? "added" : after === undefined ? "removed" : "changed",
        proxies: holders.get(layerId) ?? [],
        ...(before === undefined ? {} : { before: decodeResource(type, before.body) }),
        ...(after === undefined ? {} : { after: decodeResource(type, after.body) }),
      })),
    };
  },
  proxies: () => ads.proxies(),
  proxy: (id) => ads.proxy(id),
  proxyConfig: (id, type) => describeLayers(ads.view(id)?.layers, type),
  distribution: (revision) => ads.distribution(revision),
  setTls: (tls) => server.setTls(tls),
  memory: () => ({ rssBytes: process.memoryUsage.rss(), heapBytes: process.memoryUsage().heapUsed }),
  async close() {
    await Promise.all([server.close(), plaintext?.close()]);
  },
};

function describeLayers(layers: readonly Layer[] | undefined, type: XdsType): unknown {
  if (layers === undefined) return undefined;
  return layers.flatMap(({ id, resources }) => [...(resources.get(type)?.values() ?? [])].map(({ name, version, origins, body }) => ({ name, version, layer: id, origins, resource: decodeResource(type, body) })));
}

function toWire(error: unknown): WireError {
  const known = PharosError.from(error);
  return { code: known.code, message: known.code === "internal" ? `${known.message}\n${known.stack}` : known.message, hint: known.hint };
}

port.on("message", (message: ToWorker) => {
  if (message.kind === "answer") {
    const waiting = forwards.get(message.id);
    forwards.delete(message.id);
    if (message.error !== undefined) waiting?.reject(new PharosError(message.error.code, message.error.message, message.error.hint === undefined ? {} : { hint: message.error.hint }));
    else waiting?.resolve(message.reply ?? new Uint8Array());
    return;
  }
  const { id, method, args } = message;
  Promise.try(calls[method] as (...all: readonly unknown[]) => unknown, ...args).then(
    (value) => say({ kind: "result", id, value }),
    (error: unknown) => say({ kind: "result", id, error: toWire(error) }),
  );
});

const bound = await server.listen({ host: data.host, port: data.port });
const boundPlaintext = plaintext === undefined ? null : await plaintext.listen({ host: "127.0.0.1", port: data.plaintextPort ?? 0 });
say({ kind: "ready", port: bound, plaintextPort: boundPlaintext });
