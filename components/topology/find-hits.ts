import { findNodes } from "#components/topology/find-nodes.ts";
import type { DisplayGraph } from "#core/graph/display-graph.ts";

/** What the search leads to: a node, or one inside a namespace that has to be opened for it. */
export interface Hit {
  readonly id: string;
  readonly closedNamespace: string | null;
}

/** In the order of the graph; null without a query. Of a closed namespace the members that match, unless its own name does. */
export function findHits(graph: DisplayGraph, query: string): readonly Hit[] | null {
  const found = findNodes(graph, query);
  if (found === null) return null;
  return graph.nodes
    .filter(({ id }) => found.has(id))
    .flatMap((node): Hit[] => {
      if (node.kind !== "namespace" || node.name.toLowerCase().includes(query.trim().toLowerCase()))
        return [{ id: node.id, closedNamespace: null }];
      const members = findNodes(
        {
          ...graph,
          nodes: node.members.map((each) => ({
            ...node,
            ...each,
            kind: "app",
            version: each.version ?? null,
            members: [each],
          })),
        },
        query,
      );
      const inside = node.members.filter(({ id }) => members?.has(id) === true);
      return inside.length === 0
        ? [{ id: node.id, closedNamespace: null }]
        : inside.map(({ id }) => ({ id, closedNamespace: node.namespace }));
    });
}

/** The hit after the one that is chosen, around to the first. */
export function nextHit(hits: readonly Hit[], selected: string | null): Hit | null {
  const at = hits.findIndex(({ id }) => id === selected);
  return hits[(at + 1) % hits.length] ?? null;
}
