import { type DisplayNode, displayNode, worstHealth } from "#components/topology/display-graph.ts";
import type { Graph, Health } from "#core/view/graph.ts";

export interface NamespaceSummary {
  readonly namespace: string;
  readonly health: Health;
  /** Worst first, then busiest. */
  readonly nodes: readonly DisplayNode[];
  /** Requests per second over its border, and between its own. */
  readonly rateIn: number;
  readonly rateOut: number;
  readonly rateInside: number;
  /** Of what comes in. */
  readonly errorPercentIn: number | null;
}

const TROUBLE = { failure: 0, degraded: 1, unknown: 2, healthy: 3, idle: 4 } as const;

/** What is in a namespace and what passes its border; undefined when the graph has nothing of it. */
export function summarizeNamespace(graph: Graph, namespace: string): NamespaceSummary | undefined {
  const members = graph.nodes.filter((node) => node.namespace === namespace);
  if (members.length === 0) return undefined;
  const ids = new Set(members.map(({ id }) => id));
  let rateIn = 0;
  let rateOut = 0;
  let rateInside = 0;
  let errorsIn = 0;
  for (const { source, target, requestsPerSecond, errorPercent } of graph.edges) {
    if (ids.has(source) && ids.has(target)) rateInside += requestsPerSecond;
    else if (ids.has(target)) {
      rateIn += requestsPerSecond;
      errorsIn += (requestsPerSecond * errorPercent) / 100;
    } else if (ids.has(source)) rateOut += requestsPerSecond;
  }
  return {
    namespace,
    health: worstHealth(members.map(({ health }) => health)),
    nodes: members
      .map(displayNode)
      .sort(
        (a, b) => TROUBLE[a.health.status] - TROUBLE[b.health.status] || b.requestsPerSecondIn - a.requestsPerSecondIn,
      ),
    rateIn,
    rateOut,
    rateInside,
    errorPercentIn: rateIn === 0 ? null : (errorsIn / rateIn) * 100,
  };
}
