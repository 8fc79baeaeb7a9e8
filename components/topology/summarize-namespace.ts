import { type DisplayGraph, type DisplayMember, namespaceNodeId, nodeTitle } from "#core/graph/display-graph.ts";
import type { Health } from "#core/graph/graph.ts";

export interface NamespaceSummary {
  readonly namespace: string;
  readonly isClosed: boolean;
  readonly health: Health;
  /** Worst first, then busiest. */
  readonly nodes: readonly (Pick<DisplayMember, "id" | "health" | "requestsPerSecondIn"> & {
    readonly title: string;
  })[];
  /** Requests per second over its border, and between its own. */
  readonly rateIn: number;
  readonly rateOut: number;
  readonly rateInside: number;
  /** Of what comes in. */
  readonly errorPercentIn: number | null;
}

const TROUBLE = { failure: 0, degraded: 1, unknown: 2, healthy: 3, idle: 4 } as const;

/** What is in a namespace and what passes its border; undefined when the graph has nothing of it. */
export function summarizeNamespace(graph: DisplayGraph, namespace: string): NamespaceSummary | undefined {
  const closed = graph.nodes.find(({ id }) => id === namespaceNodeId(namespace));
  if (closed !== undefined) {
    const { health, requestsPerSecondIn, requestsPerSecondOut, requestsPerSecondInside, errorPercentIn } = closed;
    return {
      namespace,
      isClosed: true,
      health,
      nodes: closed.members
        .map((member) => ({
          ...member,
          title: nodeTitle({ name: member.name, version: member.version ?? null }),
        }))
        .sort(byTrouble),
      rateIn: requestsPerSecondIn,
      rateOut: requestsPerSecondOut,
      rateInside: requestsPerSecondInside,
      errorPercentIn: requestsPerSecondIn === 0 ? null : errorPercentIn,
    };
  }
  const box = graph.boxes.find((each) => each.namespace === namespace);
  if (box === undefined) return undefined;
  const nodes = graph.nodes.filter((node) => node.namespace === namespace);
  const ids = new Set(nodes.map(({ id }) => id));
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
    isClosed: false,
    health: box.health,
    nodes: nodes.map((node) => ({ ...node, title: nodeTitle(node) })).sort(byTrouble),
    rateIn,
    rateOut,
    rateInside,
    errorPercentIn: rateIn === 0 ? null : (errorsIn / rateIn) * 100,
  };
}

function byTrouble(
  a: Pick<DisplayMember, "health" | "requestsPerSecondIn">,
  b: Pick<DisplayMember, "health" | "requestsPerSecondIn">,
): number {
  return TROUBLE[a.health.status] - TROUBLE[b.health.status] || b.requestsPerSecondIn - a.requestsPerSecondIn;
}
