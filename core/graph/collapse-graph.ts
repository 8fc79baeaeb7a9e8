import {
  type DisplayEdge,
  type DisplayGraph,
  type DisplayMember,
  type DisplayNode,
  namespaceNodeId,
  worstHealth,
} from "#core/graph/display-graph.ts";
import type { Graph, GraphEdge, GraphNode } from "#core/graph/graph.ts";

/** A graph whose closed namespaces are one node each, and whose edges between the same two nodes are one, summed. Edges inside a closed namespace vanish into it. */
export function collapseGraph(graph: Pick<Graph, "nodes" | "edges">, closed: ReadonlySet<string>): DisplayGraph {
  const byNamespace = Map.groupBy(graph.nodes, ({ namespace }) => namespace);
  const shownAs = new Map(
    graph.nodes.map(({ id, namespace }) => [id, closed.has(namespace) ? namespaceNodeId(namespace) : id]),
  );
  const groups = new Map<string, GraphEdge[]>();
  const inside = new Map<string, number>();
  for (const edge of graph.edges) {
    const source = shownAs.get(edge.source);
    const target = shownAs.get(edge.target);
    if (source === undefined || target === undefined) continue;
    if (source === target && source !== edge.source) {
      inside.set(source, (inside.get(source) ?? 0) + edge.requestsPerSecond);
      continue;
    }
    const id = source === edge.source && target === edge.target ? edge.id : `${source}→${target}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [edge]);
    else group.push(edge);
  }
  const edges = [...groups].map(([id, members]) => sumEdges(id, shownAs, members));
  const into = Map.groupBy(edges, ({ target }) => target);
  const out = Map.groupBy(edges, ({ source }) => source);
  const nodes: DisplayNode[] = [];
  const boxes: DisplayGraph["boxes"][number][] = [];
  for (const [namespace, members] of byNamespace) {
    const id = namespaceNodeId(namespace);
    const health = worstHealth(members.map((member) => member.health));
    if (closed.has(namespace)) {
      const [entering = [], leaving = []] = [into.get(id), out.get(id)];
      nodes.push({
        id,
        kind: "namespace",
        name: namespace,
        version: null,
        namespace,
        health,
        isRoot: entering.length === 0,
        // Rates of a closed namespace are those that cross its border.
        requestsPerSecondIn: totalRate(entering),
        requestsPerSecondOut: totalRate(leaving),
        requestsPerSecondInside: inside.get(id) ?? 0,
        errorPercentIn: weighted(entering, ({ errorPercent }) => errorPercent) ?? 0,
        members: members.map(toMember),
      });
    } else {
      nodes.push(...members.map(displayNode));
      boxes.push({ namespace, count: members.length, health });
    }
  }
  return { nodes, edges, boxes };
}

/** A node of the graph as it is drawn when its namespace is open. */
function displayNode(node: GraphNode): DisplayNode {
  return {
    id: node.id,
    kind: node.kind,
    name: node.kind === "app" ? (node.app ?? node.name) : node.name,
    version: node.kind === "app" ? (node.version ?? null) : null,
    namespace: node.namespace,
    health: node.health,
    isRoot: node.isRoot,
    requestsPerSecondIn: node.requestsPerSecondIn,
    requestsPerSecondOut: node.requestsPerSecondOut,
    requestsPerSecondInside: 0,
    errorPercentIn: node.errorPercentIn,
    members: [toMember(node)],
  };
}

function toMember({
  id,
  name,
  app,
  version,
  workload,
  service,
  health,
  requestsPerSecondIn,
}: GraphNode): DisplayMember {
  return {
    id,
    name,
    ...(app === undefined ? {} : { app }),
    ...(version === undefined ? {} : { version }),
    ...(workload === undefined ? {} : { workload }),
    ...(service === undefined ? {} : { service }),
    health,
    requestsPerSecondIn,
  };
}

function sumEdges(id: string, shownAs: ReadonlyMap<string, string>, members: readonly GraphEdge[]): DisplayEdge {
  const [first] = members;
  if (first === undefined) throw new Error("an edge stands for at least one");
  const latencies = members.flatMap(({ p95Ms }) => (p95Ms === null ? [] : [p95Ms]));
  const target = shownAs.get(first.target) ?? first.target;
  const isSingle = members.length === 1;
  return {
    id,
    source: shownAs.get(first.source) ?? first.source,
    target,
    requestsPerSecond: totalRate(members),
    mirroredPerSecond: members.reduce((total, { mirroredPerSecond = 0 }) => total + mirroredPerSecond, 0),
    unseenPerSecond: members.reduce((total, { unseenPerSecond = 0 }) => total + unseenPerSecond, 0),
    unseenReasons: [...new Set(members.flatMap(({ unseenReason }) => unseenReason ?? []))],
    errorPercent: weighted(members, ({ errorPercent }) => errorPercent) ?? first.errorPercent,
    p95Ms: latencies.length === 0 ? null : Math.max(...latencies),
    mtlsPercent: weighted(members, ({ mtlsPercent }) => mtlsPercent) ?? first.mtlsPercent,
    health: worstHealth(members.map(({ health }) => health)),
    deniedBy: [...new Set(members.flatMap(({ deniedBy }) => deniedBy))],
    count: members.length,
    protocol: isSingle ? first.protocol : null,
    p50Ms: isSingle ? first.p50Ms : null,
    p99Ms: isSingle ? first.p99Ms : null,
    responses: sumResponses(members),
    sourceAddresses: [
      ...new Set(members.flatMap(({ sourceAddresses = [] }) => sourceAddresses.map(({ address }) => address))),
    ],
    sourcePrincipals: [...new Set(members.flatMap(({ sourcePrincipals = [] }) => sourcePrincipals))],
    destinationServices:
      target === first.target ? [...new Set(members.flatMap(({ destinationServices }) => destinationServices))] : [],
  };
}

function sumResponses(members: readonly GraphEdge[]): DisplayEdge["responses"] {
  const sums = new Map<string, { code: number; flags: string; requestsPerSecond: number }>();
  for (const { code, flags, requestsPerSecond } of members.flatMap(({ responses }) => responses)) {
    const key = `${code} ${flags}`;
    const before = sums.get(key);
    if (before === undefined) sums.set(key, { code, flags, requestsPerSecond });
    else before.requestsPerSecond += requestsPerSecond;
  }
  return [...sums.values()].sort((a, b) => b.requestsPerSecond - a.requestsPerSecond);
}

function totalRate(edges: readonly { readonly requestsPerSecond: number }[]): number {
  return edges.reduce((total, { requestsPerSecond }) => total + requestsPerSecond, 0);
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
