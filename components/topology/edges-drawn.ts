import type { DisplayEdge } from "#core/graph/display-graph.ts";
import type { HealthStatus } from "#core/graph/graph.ts";

/** More lines than this cannot be told apart, and take seconds to draw. */
export const EDGES_DRAWN_MAX = 400;

const TROUBLE: Readonly<Record<HealthStatus, number>> = { failure: 0, degraded: 1, unknown: 2, healthy: 3, idle: 4 };

/** Which edges are drawn: all, unless they are too many; then those of what is looked at, the worst and the busiest. */
export function edgesDrawn(edges: readonly DisplayEdge[], lit: ReadonlySet<string> | null): readonly DisplayEdge[] {
  if (edges.length <= EDGES_DRAWN_MAX) return edges;
  const rank = ({ id, health }: DisplayEdge) => (lit?.has(id) ? -1 : TROUBLE[health.status]);
  return edges
    .toSorted((a, b) => rank(a) - rank(b) || b.requestsPerSecond - a.requestsPerSecond)
    .slice(0, EDGES_DRAWN_MAX);
}
