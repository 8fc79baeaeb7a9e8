import type { GraphEdge, GraphNode, Health, HealthStatus } from "#core/view/graph.ts";

/** A node as drawn: one of the graph's, or a namespace that is closed up. */
export interface DisplayNode {
  readonly id: string;
  readonly kind: GraphNode["kind"] | "namespace";
  readonly name: string;
  /** The version, where it tells nodes of one name apart. */
  readonly version: string | null;
  readonly namespace: string;
  readonly health: Health;
  readonly isRoot: boolean;
  readonly requestsPerSecondIn: number;
  readonly requestsPerSecondOut: number;
  readonly errorPercentIn: number;
  /** The nodes it stands for; one, unless it is a namespace. */
  readonly members: readonly GraphNode[];
}

/** An edge as drawn: one of the graph's, or the sum of those between closed namespaces. */
export interface DisplayEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly requestsPerSecond: number;
  readonly errorPercent: number;
  /** Of several edges the slowest: percentiles do not add up. */
  readonly p95Ms: number | null;
  readonly mtlsPercent: number | null;
  readonly health: Health;
  readonly deniedBy: readonly string[];
  readonly members: readonly GraphEdge[];
}

/** The frame around the open nodes of a namespace. */
export interface NamespaceBox {
  readonly namespace: string;
  readonly count: number;
  readonly health: Health;
}

export interface DisplayGraph {
  readonly nodes: readonly DisplayNode[];
  readonly edges: readonly DisplayEdge[];
  readonly boxes: readonly NamespaceBox[];
}

const ORDER: Readonly<Record<HealthStatus, number>> = { failure: 4, degraded: 3, healthy: 2, unknown: 1, idle: 0 };

/** The worst, with its own reason. Traffic that is well outweighs none at all. */
export function worstHealth(all: readonly Health[]): Health {
  return all.reduce<Health>((worst, health) => (ORDER[health.status] > ORDER[worst.status] ? health : worst), {
    status: "idle",
    reason: "no requests in this range",
  });
}

const NAMESPACE = "namespace:";

export function namespaceNodeId(namespace: string): string {
  return `${NAMESPACE}${namespace}`;
}

/** A node of the graph as it is drawn when its namespace is open. */
export function displayNode(node: GraphNode): DisplayNode {
  return {
    id: node.id,
    kind: node.kind,
    name: node.kind === "app" ? (node.app ?? node.name) : node.name,
    version: node.kind === "app" ? (node.version ?? null) : null,
    namespace: node.namespace,
    health: node.health,
    isRoot: node.isRoot,
    requestsPerSecondIn: node.requestsPerSecondIn,
    requestsPerSecondOut: node.requestsPerSecondOut,
    errorPercentIn: node.errorPercentIn,
    members: [node],
  };
}

/** The namespace that an id stands for, open or closed. */
export function namespaceOfId(id: string): string | undefined {
  return id.startsWith(NAMESPACE) ? id.slice(NAMESPACE.length) : undefined;
}

/** The name of a node with its version, where that tells it apart. */
export function nodeTitle({ name, version }: Pick<DisplayNode, "name" | "version">): string {
  return version === null ? name : `${name} ${version}`;
}
