import type { DisplayEdge, DisplayGraph, DisplayNode } from "#components/topology/display-graph.ts";
import { displayNode, namespaceNodeId, worstHealth } from "#components/topology/display-graph.ts";
import type { Graph, GraphEdge, GraphNode } from "#core/view/graph.ts";

/** A graph whose closed namespaces are one node each, and whose edges between the same two nodes are one, summed. Edges inside a closed namespace vanish into it. */
export function collapseGraph(graph: Pick<Graph, "nodes" | "edges">, closed: ReadonlySet<string>): DisplayGraph {
  const byNamespace = Map.groupBy(graph.nodes, ({ namespace }) => namespace);
  const shownAs = new Map(
    graph.nodes.map(({ id, namespace }) => [id, closed.has(namespace) ? namespaceNodeId(namespace) : id]),
  );
  const groups = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    const source = shownAs.get(edge.source);
    const target = shownAs.get(edge.target);
    if (source === undefined || target === undefined) continue;
    if (source === target && edge.source !== edge.target) continue;
    const id = source === edge.source && target === edge.target ? edge.id : `${source}→${target}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [edge]);
    else group.push(edge);
  }
  const edges = [...groups].map(([id, members]) => sumEdges(id, shownAs, members));
  const nodes: DisplayNode[] = [];
  const boxes: DisplayGraph["boxes"][number][] = [];
  for (const [namespace, members] of byNamespace) {
    if (closed.has(namespace)) nodes.push(namespaceNode(namespace, members, edges));
    else {
      nodes.push(...members.map(displayNode));
      boxes.push({ namespace, count: members.length, health: worstHealth(members.map(({ health }) => health)) });
    }
  }
  return { nodes, edges, boxes };
}

/** Rates of a closed namespace are those that cross its border. */
function namespaceNode(namespace: string, members: readonly GraphNode[], edges: readonly DisplayEdge[]): DisplayNode {
  const id = namespaceNodeId(namespace);
  const into = edges.filter(({ target, source }) => target === id && source !== id);
  const out = edges.filter(({ source, target }) => source === id && target !== id);
  const rateIn = sum(into.map(({ requestsPerSecond }) => requestsPerSecond));
  return {
    id,
    kind: "namespace",
    name: namespace,
    version: null,
    namespace,
    health: worstHealth(members.map(({ health }) => health)),
    isRoot: into.length === 0,
    requestsPerSecondIn: rateIn,
    requestsPerSecondOut: sum(out.map(({ requestsPerSecond }) => requestsPerSecond)),
    errorPercentIn: weighted(into, ({ errorPercent }) => errorPercent) ?? 0,
    members,
  };
}

function sumEdges(id: string, shownAs: ReadonlyMap<string, string>, members: readonly GraphEdge[]): DisplayEdge {
  const [first] = members;
  if (first === undefined) throw new Error("an edge stands for at least one");
  const latencies = members.flatMap(({ p95Ms }) => (p95Ms === null ? [] : [p95Ms]));
  return {
    id,
    source: shownAs.get(first.source) ?? first.source,
    target: shownAs.get(first.target) ?? first.target,
    requestsPerSecond: sum(members.map(({ requestsPerSecond }) => requestsPerSecond)),
    errorPercent: weighted(members, ({ errorPercent }) => errorPercent) ?? first.errorPercent,
    p95Ms: latencies.length === 0 ? null : Math.max(...latencies),
    mtlsPercent: weighted(members, ({ mtlsPercent }) => mtlsPercent) ?? first.mtlsPercent,
    health: worstHealth(members.map(({ health }) => health)),
    deniedBy: [...new Set(members.flatMap(({ deniedBy }) => deniedBy))],
    members,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The mean by request rate over those that know the figure; null when none does or nothing flows. */
function weighted<E extends { readonly requestsPerSecond: number }>(
  edges: readonly E[],
  readValue: (edge: E) => number | null,
): number | null {
  let first: number | null = null;
  let total = 0;
  let rate = 0;
  for (const edge of edges) {
    const value = readValue(edge);
    if (value === null || edge.requestsPerSecond === 0) continue;
    first ??= value;
    // Relative to the first, so that the mean of equal figures is that figure: 100 % must not come out as 99.999….
    total += (value - first) * edge.requestsPerSecond;
    rate += edge.requestsPerSecond;
  }
  return first === null ? null : first + total / rate;
}
