import type { LayoutEdge } from "#components/topology/layout-graph.ts";

/** The edges without those that close a cycle, so that every node can have a layer. Edges to oneself are left out. */
export function breakCycles(ids: readonly string[], edges: readonly LayoutEdge[]): LayoutEdge[] {
  const out = Map.groupBy(
    edges.filter(({ source, target }) => source !== target),
    ({ source }) => source,
  );
  const called = new Set(edges.filter(({ source, target }) => source !== target).map(({ target }) => target));
  const state = new Map<string, "open" | "done">();
  const kept: LayoutEdge[] = [];
  const visit = (id: string): void => {
    state.set(id, "open");
    for (const edge of out.get(id) ?? []) {
      const seen = state.get(edge.target);
      if (seen === "open") continue;
      kept.push(edge);
      if (seen === undefined) visit(edge.target);
    }
    state.set(id, "done");
  };
  // From the callers that nobody calls first: then it is the way back that is cut.
  for (const id of [...ids].sort((a, b) => Number(called.has(a)) - Number(called.has(b))))
    if (!state.has(id)) visit(id);
  return kept;
}
