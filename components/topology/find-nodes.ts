import { type DisplayGraph, type DisplayNode, namespaceOfId } from "#core/graph/display-graph.ts";

/**
 * Ids of nodes in which every word occurs and no word behind a minus: name, version, namespace, workload, host, kind or
 * health. Null for no query.
 */
export function findNodes(graph: DisplayGraph, query: string): ReadonlySet<string> | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.filter((word) => !word.startsWith("-"));
  const unwanted = words.flatMap((word) => (word.startsWith("-") && word.length > 1 ? [word.slice(1)] : []));
  if (wanted.length + unwanted.length === 0) return null;
  const isFound = (text: string) =>
    wanted.every((word) => text.includes(word)) && !unwanted.some((word) => text.includes(word));
  return new Set(graph.nodes.filter((node) => isFound(textOf(node))).map(({ id }) => id));
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

/** The graph without what was not found; boxes stay around what is left. */
export function keepFound(graph: DisplayGraph, found: ReadonlySet<string>): DisplayGraph {
  const nodes = graph.nodes.filter(({ id }) => found.has(id));
  const left = new Set(nodes.map(({ namespace }) => namespace));
  return {
    nodes,
    edges: graph.edges.filter(({ source, target }) => found.has(source) && found.has(target)),
    boxes: graph.boxes.filter(({ namespace }) => left.has(namespace)),
  };
}

/** What belongs to a node, an edge or an open namespace: itself, its edges and what they lead to. Null for what is not drawn. */
export function neighbourhood(graph: DisplayGraph, id: string): ReadonlySet<string> | null {
  const namespace = namespaceOfId(id);
  const inside = graph.nodes.filter((node) => node.namespace === namespace && node.kind !== "namespace");
  const centres = new Set([id, ...inside.map((node) => node.id)]);
  const ids = new Set(centres);
  for (const edge of graph.edges) {
    if (centres.has(edge.id) || centres.has(edge.source) || centres.has(edge.target)) {
      ids.add(edge.id);
      ids.add(edge.source);
      ids.add(edge.target);
    }
  }
  const isDrawn = ids.size > 1 || graph.nodes.some((node) => node.id === id);
  return isDrawn ? ids : null;
}

/** Nodes together with their edges. */
export function withEdges(graph: DisplayGraph, ids: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([
    ...ids,
    ...graph.edges.filter(({ source, target }) => ids.has(source) || ids.has(target)).map(({ id }) => id),
  ]);
}
