import type { DisplayGraph, DisplayNode } from "#core/graph/display-graph.ts";

/** The host by which a node is called: its own when it is a service, else that of the most requests to it. Null for what nobody calls by name. */
export function hostOfNode(node: DisplayNode, graph: DisplayGraph): string | null {
  if (node.kind === "namespace") return null;
  const [member] = node.members;
  if (member?.service?.includes(".")) return member.service;
  const rates = new Map<string, number>();
  for (const edge of graph.edges.filter(({ target }) => target === node.id))
    for (const host of edge.destinationServices) rates.set(host, (rates.get(host) ?? 0) + edge.requestsPerSecond);
  return [...rates].sort(([a, x], [b, y]) => y - x || a.localeCompare(b))[0]?.[0] ?? null;
}
