import type { Graph, PlaintextEdge } from "#core/graph/graph.ts";

/** Edges on which some requests came without mTLS, the most of them first. What no reporter could tell is not among them. */
export function findPlaintext(graph: Graph): PlaintextEdge[] {
  const names = new Map(graph.nodes.map(({ id, name }) => [id, name]));
  return graph.edges
    .flatMap(({ id, source, target, mtlsPercent, requestsPerSecond, sourceAddresses = [], deniedBy }) =>
      mtlsPercent === null || mtlsPercent >= 100
        ? []
        : [
            {
              id,
              source: names.get(source) ?? source,
              target: names.get(target) ?? target,
              perSecond: (requestsPerSecond * (100 - mtlsPercent)) / 100,
              mtlsPercent,
              addresses: sourceAddresses,
              deniedBy,
            },
          ],
    )
    .sort((left, right) => right.perSecond - left.perSecond);
}
