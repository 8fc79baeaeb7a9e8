import { createHash } from "node:crypto";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings, Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { takeChanged } from "#core/registry/take-changed.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Layer, ProxyNode } from "#core/xds/layer.ts";
import { randomResource } from "#server/envoy/testing/random-resource.ts";
import { factsOf } from "#server/envoy/testing/read-case.ts";

export const hash = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex").slice(0, 16);
export const MESH: MeshSettings = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 100,
};

/** Repeatable: a failing seed fails again. */
export function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One random edit of a small world: many edits meet the same hosts, instances and policies. */
export function randomChange(random: (below: number) => number, revision: number): SnapshotChange {
  const service = `s${random(4)}`;
  const namespace = ["default", "prod"][random(2)] ?? "default";
  const labels = { app: service };
  const chosen = randomResource(random, service, namespace);
  const instance: WorkloadInstance = {
    namespace,
    name: `${service}-${random(2)}`,
    workload: service,
    labels: { ...labels, version: `v${random(2)}`, ...(random(3) === 0 ? { istio: "gw" } : {}) },
    serviceAccount: service,
    address: "127.0.0.1",
    ports: [{ name: "http", appPort: 9000 + random(3), inboundPort: 19_000 + random(3) }],
    health: (["healthy", "healthy", "unhealthy", "draining"] as const)[random(4)] ?? "healthy",
    locality: ["", "eu/a", "eu/b/1", "us/a"][random(4)] ?? "",
    weight: random(3),
    ...(random(5) === 0 ? { isAwaited: true } : {}),
  };
  const kind = random(4);
  return {
    revision,
    ...(random(8) === 0 ? { credentials: randomCredentials(random, namespace) } : {}),
    upserts: kind < 2 ? [chosen] : [],
    deletes: kind === 2 ? [refOf(chosen)] : [],
    instanceUpserts: kind === 3 && random(3) > 0 ? [instance] : [],
    instanceDeletes:
      kind === 3
        ? [`${namespace}/${service}-${random(2)}`].filter((key) => key !== `${namespace}/${instance.name}`)
        : [],
  };
}

/** Of those that random documents name. */
function randomCredentials(
  random: (below: number) => number,
  namespace: string,
): NonNullable<SnapshotChange["credentials"]> {
  const key = `${namespace}/${["shop", "shop-cacert"][random(2)] ?? "shop"}`;
  const parts = (["pair", "roots"] as const).filter(() => random(2) === 0);
  return { [key]: random(3) === 0 ? null : factsOf(String(random(3)), parts) };
}

function node(name: string, namespace: string, over: Partial<ProxyNode>, mode: "NONE" | "REDIRECT"): ProxyNode {
  return {
    id: `sidecar~127.0.0.1~${name}.${namespace}~x`,
    type: "sidecar",
    address: "127.0.0.1",
    name,
    namespace,
    domain: "x",
    userAgent: "envoy",
    version: "1.40.0",
    takesVirtualHosts: true,
    metadata: {
      LABELS: { app: "s0", istio: "gw" },
      SERVICE_ACCOUNT: "",
      WORKLOAD_NAME: name,
      INTERCEPTION_MODE: mode,
      HTTP_PROXY_PORT: 15_080,
      PHAROS_OUTBOUND: [{ host: "s0.default.svc.cluster.local", port: 80, bindPort: 20_000 }],
      PHAROS_INBOUND: [],
      PHAROS_GATEWAY_PORTS: {},
      PHAROS_TRACING: false,
    },
    ...over,
  };
}

function grpc(name: string, namespace: string): ProxyNode {
  const sidecar = node(name, namespace, { takesVirtualHosts: false }, "REDIRECT");
  return { ...sidecar, metadata: { ...sidecar.metadata, GENERATOR: "grpc" } };
}

function bounded(name: string, namespace: string, over: Partial<ProxyNode> = {}): ProxyNode {
  const claims = node(name, namespace, over, "NONE");
  return { ...claims, isBounded: true, metadata: { ...claims.metadata, SERVICE_ACCOUNT: name.split("-")[0] ?? "" } };
}

function named(name: string, namespace: string): ProxyNode {
  const captured = node(name, namespace, {}, "REDIRECT");
  return { ...captured, metadata: { ...captured.metadata, DNS_CAPTURE: true, PHAROS_OUTBOUND: [] } };
}

export const NODES = [
  bounded("s0-1", "default"),
  bounded("s1-0", "default", { type: "router" }),
  node("s0-0", "default", {}, "NONE"),
  node("s1-0", "prod", { locality: "eu/a" }, "REDIRECT"),
  node("s2-9", "prod", { locality: "us/a" }, "REDIRECT"),
  node("s2-8", "prod", {}, "REDIRECT"),
  node("s1-1", "default", { takesVirtualHosts: false }, "REDIRECT"),
  node("gw", "istio-system", { type: "router" }, "NONE"),
  grpc("g0-0", "default"),
  { ...grpc("g0-0", "prod"), locality: "eu/b" },
  named("s0-2", "default"),
  named("s0-2", "prod"),
];

export function dump(layers: readonly Layer[]): Record<string, string> {
  const all: Record<string, string> = {};
  for (const { resources } of layers)
    for (const [type, each] of resources)
      for (const { name, version } of each.values()) all[`${type} ${name}`] = version;
  return Object.fromEntries(Object.entries(all).sort());
}

export function advance(snapshot: Snapshot, change: SnapshotChange): Snapshot {
  const resources = new Map(snapshot.resources.map((resource) => [formatRef(refOf(resource)), resource]));
  for (const resource of change.upserts) resources.set(formatRef(refOf(resource)), resource);
  for (const ref of change.deletes) resources.delete(formatRef(ref));
  const instances = new Map(snapshot.instances.map((instance) => [`${instance.namespace}/${instance.name}`, instance]));
  for (const instance of change.instanceUpserts) instances.set(`${instance.namespace}/${instance.name}`, instance);
  for (const key of change.instanceDeletes) instances.delete(key);
  const credentials = new Map(Object.entries(snapshot.credentials ?? {}));
  takeChanged(credentials, change.credentials);
  return {
    ...snapshot,
    credentials: Object.fromEntries(credentials),
    revision: change.revision,
    resources: [...resources.values()],
    instances: [...instances.values()],
  };
}
