import type { GraphEdge, GraphNode, HealthStatus } from "#core/graph/graph.ts";

/** A node for tests. */
export function node(id: string, namespace: string, status: HealthStatus = "healthy"): GraphNode {
  return {
    id,
    kind: "app",
    namespace,
    name: id,
    app: id,
    version: "v1",
    health: { status, reason: status },
    isRoot: false,
    requestsPerSecondIn: 1,
    requestsPerSecondOut: 1,
    errorPercentIn: 0,
  };
}

/** An edge for tests. */
export function edge(
  source: string,
  target: string,
  requestsPerSecond: number,
  figures: Partial<GraphEdge> = {},
): GraphEdge {
  return {
    id: `${source}->${target}`,
    source,
    target,
    protocol: "http",
    requestsPerSecond,
    errorPercent: 0,
    p50Ms: 1,
    p95Ms: 5,
    p99Ms: 9,
    mtlsPercent: 100,
    health: { status: "healthy", reason: "well" },
    responses: [],
    deniedBy: [],
    bytesPerSecond: 0,
    destinationServices: [],
    ...figures,
  };
}
