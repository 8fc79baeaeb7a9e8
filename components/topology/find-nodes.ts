import type { DisplayGraph, DisplayNode } from "#components/topology/display-graph.ts";

/** Ids of nodes in which every word occurs: name, version, namespace, workload, host, kind or health. Null for no query. */
export function findNodes(graph: DisplayGraph, query: string): ReadonlySet<string> | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return new Set(graph.nodes.filter((node) => words.every((word) => textOf(node).includes(word))).map(({ id }) => id));
}

function textOf(node: DisplayNode): string {
  const inside = node.members.flatMap(({ name, app, version, workload, service }) => [
    name,
    app,
    version,
    workload,
    service,
  ]);
  return [node.name, node.version, node.namespace, node.kind, node.health.status, ...inside]
    .filter(Boolean)
    .join(" ")
    .toLowerCase();
}

/** What belongs to a node or an edge: itself, its edges and what they lead to. */
export function neighbourhood(graph: DisplayGraph, id: string): ReadonlySet<string> {
  const ids = new Set([id]);
  for (const edge of graph.edges) {
    if (edge.id === id || edge.source === id || edge.target === id) {
      ids.add(edge.id);
      ids.add(edge.source);
      ids.add(edge.target);
    }
  }
  return ids;
}

/** Nodes together with their edges. */
export function withEdges(graph: DisplayGraph, ids: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([
    ...ids,
    ...graph.edges.filter(({ source, target }) => ids.has(source) || ids.has(target)).map(({ id }) => id),
  ]);
}
