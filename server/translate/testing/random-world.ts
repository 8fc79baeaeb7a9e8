import { createHash } from "node:crypto";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings, Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import type { Layer, ProxyNode } from "#core/xds/layer.ts";

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

function parse(text: string): AnyResource {
  const { resources, diagnostics } = parseDocuments(text);
  const [only] = resources;
  if (only === undefined) throw new Error(JSON.stringify(diagnostics));
  return only;
}

export const api = (kind: string, group: string, name: string, namespace: string, spec: object): AnyResource =>
  parse(JSON.stringify({ apiVersion: `${group}.istio.io/v1`, kind, metadata: { name, namespace }, spec }));

/** One random edit of a small world: many edits meet the same hosts, instances and policies. */
export function randomChange(random: (below: number) => number, revision: number): SnapshotChange {
  const service = `s${random(4)}`;
  const namespace = ["default", "prod"][random(2)] ?? "default";
  const host = random(5) === 0 ? "*.default.svc.cluster.local" : service;
  const labels = { app: service };
  const candidates: AnyResource[] = [
    api("ServiceEntry", "networking", service, namespace, {
      hosts: [`${service}.${namespace}.svc.cluster.local`],
      resolution: "STATIC",
      location: "MESH_INTERNAL",
      ...(random(4) === 0 ? { exportTo: ["."] } : {}),
      ports: [
        {
          name: "http",
          number: [80, 9080][random(2)],
          ...(random(4) === 0 ? {} : { protocol: random(4) === 0 ? "TCP" : "HTTP" }),
        },
      ],
      workloadSelector: { labels },
    }),
    // It adds a port to the one above, where they are alike.
    api("ServiceEntry", "networking", `${service}-more`, namespace, {
      hosts: [`${service}.${namespace}.svc.cluster.local.`],
      resolution: "STATIC",
      location: "MESH_INTERNAL",
      ports: [{ name: "more", number: 8081, protocol: "HTTP" }],
      workloadSelector: { labels },
    }),
    api("VirtualService", "networking", `vs${random(3)}`, namespace, {
      hosts: [host, ...(host === service && random(3) === 0 ? [`${service}.${namespace}`] : [])],
      ...(random(4) === 0 ? { exportTo: [["."], ["prod"]][random(2)] } : {}),
      http: [
        {
          ...(random(3) === 0 ? { match: [{ sourceLabels: { app: "s0" } }] } : {}),
          timeout: `${random(9) + 1}s`,
          route: [
            {
              destination:
                random(4) === 0
                  ? { host: `${service}.alias.test` }
                  : { host: service, ...(random(3) === 0 ? { subset: "v1" } : {}) },
            },
          ],
        },
      ],
    }),
    // An alias of whoever is registered there.
    api("ServiceEntry", "networking", `${service}-alias`, namespace, {
      hosts: [`${service}.alias.test`],
      resolution: "STATIC",
      ports: [{ name: "http", number: 80, protocol: "HTTP", targetPort: 19_000 + random(3) }],
      endpoints: [{ address: "127.0.0.1" }],
    }),
    // Its host is a short form of another.
    api("ServiceEntry", "networking", `${service}-short`, namespace, {
      hosts: [`${service}.default`],
      resolution: ["DNS", "NONE"][random(2)],
      ports: [{ name: "http", number: 80, protocol: "HTTP" }],
    }),
    api("DestinationRule", "networking", `dr${random(3)}`, namespace, {
      host,
      subsets: [{ name: "v1", labels: { version: `v${random(2)}` } }],
      ...(random(2) === 0
        ? { trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: `x-${random(3)}` } } } }
        : {}),
    }),
    api("PeerAuthentication", "security", `pa${random(2)}`, random(2) === 0 ? "istio-system" : namespace, {
      mtls: { mode: ["STRICT", "PERMISSIVE", "DISABLE"][random(3)] },
    }),
    api("AuthorizationPolicy", "security", `ap${random(2)}`, namespace, {
      action: "DENY",
      rules: [
        {
          from: [{ source: random(2) === 0 ? { namespaces: [`n${random(3)}`] } : { remoteIpBlocks: ["10.0.0.0/8"] } }],
        },
      ],
    }),
    api("Gateway", "networking", "gw", namespace, {
      selector: { istio: "gw" },
      servers: [{ port: { number: 8080 + random(2), name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    }),
    api("VirtualService", "networking", "entry", namespace, {
      hosts: ["*"],
      gateways: ["gw"],
      http: [{ route: [{ destination: { host: random(3) === 0 ? `${service}.alias.test` : service } }] }],
    }),
  ];
  candidates.push(
    api("WorkloadGroup", "networking", service, namespace, {
      template: random(3) === 0 ? {} : { serviceAccount: `${service}-${random(2)}` },
    }),
  );
  const chosen = candidates[random(candidates.length)] as AnyResource;
  const instance: WorkloadInstance = {
    namespace,
    name: `${service}-${random(2)}`,
    workload: service,
    labels: { ...labels, version: `v${random(2)}`, ...(random(3) === 0 ? { istio: "gw" } : {}) },
    serviceAccount: service,
    address: "127.0.0.1",
    ports: [{ name: "http", appPort: 9000 + random(3), inboundPort: 19_000 + random(3) }],
    health: "healthy",
    locality: "",
    weight: 1,
  };
  const kind = random(4);
  return {
    revision,
    upserts: kind < 2 ? [chosen] : [],
    deletes: kind === 2 ? [refOf(chosen)] : [],
    instanceUpserts: kind === 3 && random(3) > 0 ? [instance] : [],
    instanceDeletes:
      kind === 3
        ? [`${namespace}/${service}-${random(2)}`].filter((key) => key !== `${namespace}/${instance.name}`)
        : [],
  };
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

export const NODES = [
  bounded("s0-1", "default"),
  bounded("s1-0", "default", { type: "router" }),
  node("s0-0", "default", {}, "NONE"),
  node("s1-0", "prod", {}, "REDIRECT"),
  node("s1-1", "default", { takesVirtualHosts: false }, "REDIRECT"),
  node("gw", "istio-system", { type: "router" }, "NONE"),
  grpc("g0-0", "default"),
  grpc("g0-0", "prod"),
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
  return {
    ...snapshot,
    revision: change.revision,
    resources: [...resources.values()],
    instances: [...instances.values()],
  };
}
