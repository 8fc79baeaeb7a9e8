import type { DisplayEdge, DisplayGraph } from "#core/graph/display-graph.ts";

/** Ids of edges may be anything; one lookup for both panels. */
export function edgesOf(
  graph: DisplayGraph,
  id: string,
): { readonly into: readonly DisplayEdge[]; readonly out: readonly DisplayEdge[] } {
  const byRate = (a: DisplayEdge, b: DisplayEdge) => b.requestsPerSecond - a.requestsPerSecond;
  return {
    into: graph.edges.filter(({ target }) => target === id).sort(byRate),
    out: graph.edges.filter(({ source }) => source === id).sort(byRate),
  };
}
