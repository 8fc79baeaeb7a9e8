import type { Graph, GraphEdge, GraphNode, GraphResponse, Health, HealthStatus } from "#core/graph/graph.ts";

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
  /** Between what a closed namespace holds; zero for all others. */
  readonly requestsPerSecondInside: number;
  /** The nodes it stands for; one, unless it is a namespace. */
  readonly members: readonly DisplayMember[];
}

/** A node inside another: what it is found by, and how it does. */
export type DisplayMember = Pick<
  GraphNode,
  "id" | "name" | "app" | "version" | "workload" | "service" | "health" | "requestsPerSecondIn"
>;

/** An edge as drawn: one of the graph's, or the sum of those between closed namespaces. */
export interface DisplayEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly requestsPerSecond: number;
  /** Copies that routes' mirrors made, in no other figure; 0 where there are none. */
  readonly mirroredPerSecond: number;
  /** Of the requests, what the callers alone tell of; 0 where there are none. */
  readonly unseenPerSecond: number;
  /** Where these stayed, each once; empty where there are none. */
  readonly unseenReasons: readonly string[];
  readonly errorPercent: number;
  /** Of several edges the slowest: percentiles do not add up. */
  readonly p95Ms: number | null;
  readonly mtlsPercent: number | null;
  readonly health: Health;
  readonly deniedBy: readonly string[];
  /** How many of the graph's it stands for. What only one has is null where there are more. */
  readonly count: number;
  readonly protocol: GraphEdge["protocol"] | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Most first. */
  readonly responses: readonly Pick<GraphResponse, "code" | "flags" | "requestsPerSecond">[];
  /** Hosts that the requests were for; of a closed namespace none are told. */
  readonly destinationServices: readonly string[];
  /** Who called, by certificate; empty where nobody could tell. */
  readonly sourcePrincipals: readonly string[];
  /** Of callers without a certificate. */
  readonly sourceAddresses: readonly string[];
  /** Beside another time, where one was asked for. */
  readonly compared?: ComparedEdge;
}

/** What became of an edge since another time, and its figures then; null where it was not there. */
export interface ComparedEdge {
  readonly change: "added" | "removed" | "changed" | "same";
  readonly before: Pick<DisplayEdge, "requestsPerSecond" | "errorPercent" | "p95Ms" | "mtlsPercent"> | null;
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

/** The graph of a view and a time as it is to be drawn: what is in closed namespaces is summed. */
export interface DrawnGraph extends DisplayGraph, Pick<Graph, "view" | "startMs" | "endMs" | "gaps"> {}

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

/** The namespace that an id stands for, open or closed. */
export function namespaceOfId(id: string): string | undefined {
  return id.startsWith(NAMESPACE) ? id.slice(NAMESPACE.length) : undefined;
}

/** The name of a node with its version, where that tells it apart. */
export function nodeTitle({ name, version }: Pick<DisplayNode, "name" | "version">): string {
  return version === null ? name : `${name} ${version}`;
}
