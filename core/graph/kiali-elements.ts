import { formatPercent, formatRate } from "#core/graph/format-rate.ts";
import type { Graph, GraphEdge, GraphNode, GraphView, HealthStatus } from "#core/graph/graph.ts";
import { edgeTraffic, type KialiTraffic, nodeTraffic } from "#core/graph/kiali-traffic.ts";

export interface KialiNode {
  readonly id: string;
  readonly parent?: string;
  readonly nodeType: "app" | "box" | "service" | "unknown" | "workload";
  readonly cluster: string;
  readonly namespace: string;
  readonly workload?: string;
  readonly app?: string;
  readonly version?: string;
  readonly service?: string;
  readonly destServices?: readonly { readonly cluster: string; readonly namespace: string; readonly name: string }[];
  readonly traffic?: readonly KialiTraffic[];
  readonly healthData: { readonly status: string; readonly reason: string } | null;
  readonly isBox?: "app";
  readonly isGateway?: { readonly ingressInfo: { readonly hostnames: readonly string[] } };
  readonly isIdle?: true;
  readonly isRoot?: true;
}

export interface KialiEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly sourcePrincipal?: string;
  readonly destPrincipal?: string;
  readonly healthStatus: string;
  /** Percent, only when above zero. */
  readonly isMTLS?: string;
  /** 95th percentile in ms. */
  readonly responseTime?: string;
  /** Request bytes per second. */
  readonly throughput?: string;
  readonly traffic: KialiTraffic;
}

export interface KialiGraph {
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** Seconds. */
  readonly duration: number;
  readonly graphType: "service" | "workload" | "app" | "versionedApp";
  readonly elements: {
    readonly nodes: readonly { readonly data: KialiNode }[];
    readonly edges: readonly { readonly data: KialiEdge }[];
  };
}

/** Istio's name of the one cluster there is. */
const CLUSTER = "Kubernetes";
const GRAPH_TYPES = {
  service: "service",
  workload: "workload",
  app: "app",
  "versioned-app": "versionedApp",
} as const satisfies Record<GraphView, KialiGraph["graphType"]>;
const HEALTH = {
  healthy: "Healthy",
  degraded: "Degraded",
  failure: "Failure",
  idle: "NA",
  unknown: "NA",
} as const satisfies Record<HealthStatus, string>;

/** The graph as Kiali's API gives it: Cytoscape elements, ids hashed as Kiali hashes them. `sha256` returns hex. */
export function kialiElements(graph: Graph, sha256: (text: string) => string): KialiGraph {
  const ids = new Map(graph.nodes.map((node) => [node.id, sha256(identityOf(node))]));
  const idOf = (id: string): string => ids.get(id) ?? sha256(id);
  const parents = graph.view === "versioned-app" ? appBoxes(graph.nodes, sha256) : new Map<string, KialiNode>();
  const boxes = [...new Map([...parents.values()].map((box) => [box.id, box])).values()];
  const outOf = Map.groupBy(graph.edges, ({ source }) => source);
  const into = Map.groupBy(graph.edges, ({ target }) => target);
  const members = graph.nodes
    .map((node) =>
      toNode(node, idOf(node.id), parents.get(node.id)?.id, into.get(node.id) ?? [], outOf.get(node.id) ?? []),
    )
    .sort(compareNodes);
  const edges = graph.edges.map((edge) =>
    toEdge(edge, idOf(edge.source), idOf(edge.target), outOf.get(edge.source) ?? [], sha256),
  );
  edges.sort(
    (a, b) =>
      compare(a.source, b.source) || compare(a.target, b.target) || compare(a.traffic.protocol, b.traffic.protocol),
  );
  return {
    timestamp: Math.floor(graph.endMs / 1000),
    duration: Math.round((graph.endMs - graph.startMs) / 1000),
    graphType: GRAPH_TYPES[graph.view],
    elements: {
      nodes: [...boxes.sort(compareNodes), ...members].map((data) => ({ data })),
      edges: edges.map((data) => ({ data })),
    },
  };
}

function identityOf(node: GraphNode): string {
  switch (node.kind) {
    case "unknown":
      return node.id === "unknown_source" ? `${CLUSTER}_unknown_source` : `svc_${CLUSTER}_unknown_unknown`;
    case "service":
      return `svc_${CLUSTER}_${node.namespace}_${node.name}`;
    case "app":
      return `vapp_${CLUSTER}_${node.namespace}_${node.workload ?? `${node.app}_${node.version}`}`;
    case "gateway":
    case "workload":
      return `wl_${CLUSTER}_${node.namespace}_${node.workload ?? node.name}`;
  }
}

function toNode(
  node: GraphNode,
  id: string,
  parent: string | undefined,
  into: readonly GraphEdge[],
  outOf: readonly GraphEdge[],
): KialiNode {
  const traffic = nodeTraffic(into, outOf);
  const destServices = [...new Set(into.flatMap(({ destinationServices }) => destinationServices))].map((host) => ({
    cluster: CLUSTER,
    namespace: node.namespace,
    name: host.split(".")[0] ?? host,
  }));
  return {
    id,
    ...(parent === undefined ? {} : { parent }),
    nodeType: node.kind === "gateway" ? "workload" : node.kind,
    cluster: node.kind === "unknown" ? "unknown" : CLUSTER,
    namespace: node.namespace,
    ...(node.workload === undefined ? {} : { workload: node.workload }),
    ...(node.app === undefined ? {} : { app: node.app }),
    ...(node.version === undefined ? {} : { version: node.version }),
    ...(node.kind === "service" ? { service: node.name } : {}),
    ...(destServices.length === 0 ? {} : { destServices }),
    ...(traffic.length === 0 ? {} : { traffic }),
    healthData: { status: HEALTH[node.health.status], reason: node.health.reason },
    ...(node.kind === "gateway" ? { isGateway: { ingressInfo: { hostnames: [] } } } : {}),
    ...(node.health.status === "idle" ? { isIdle: true as const } : {}),
    ...(node.isRoot ? { isRoot: true as const } : {}),
  };
}

function toEdge(
  edge: GraphEdge,
  source: string,
  target: string,
  siblings: readonly GraphEdge[],
  sha256: (text: string) => string,
): KialiEdge {
  const sourcePrincipal = edge.sourcePrincipals?.[0];
  const destPrincipal = edge.destinationPrincipals?.[0];
  return {
    id: sha256(`${source}.${target}.${edge.protocol}`),
    source,
    target,
    ...(sourcePrincipal === undefined ? {} : { sourcePrincipal }),
    ...(destPrincipal === undefined ? {} : { destPrincipal }),
    healthStatus: HEALTH[edge.health.status],
    ...(edge.mtlsPercent === null || edge.mtlsPercent === 0
      ? {}
      : { isMTLS: formatPercent(edge.mtlsPercent).replace(/\.0$/, "") }),
    ...(edge.protocol === "tcp" || edge.p95Ms === null ? {} : { responseTime: edge.p95Ms.toFixed(0) }),
    ...(edge.protocol === "tcp" || edge.requestBytesPerSecond === undefined
      ? {}
      : { throughput: formatRate(edge.requestBytesPerSecond) }),
    traffic: edgeTraffic(edge, siblings),
  };
}

/** A box around each app of which there is more than one version. */
function appBoxes(nodes: readonly GraphNode[], sha256: (text: string) => string): Map<string, KialiNode> {
  const groups = Map.groupBy(
    nodes.filter(({ kind }) => kind === "app"),
    ({ namespace, app }) => `${namespace}_${app}`,
  );
  const parents = new Map<string, KialiNode>();
  for (const [name, members] of groups) {
    const [first] = members;
    if (first?.app === undefined || members.length < 2) continue;
    const box: KialiNode = {
      id: sha256(`box_${CLUSTER}_${name}`),
      nodeType: "box",
      cluster: CLUSTER,
      namespace: first.namespace,
      app: first.app,
      healthData: null,
      isBox: "app",
    };
    for (const member of members) parents.set(member.id, box);
  }
  return parents;
}

function compareNodes(a: KialiNode, b: KialiNode): number {
  for (const field of ["cluster", "namespace", "app", "version", "service", "workload"] as const) {
    const order = compare(a[field] ?? "", b[field] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
