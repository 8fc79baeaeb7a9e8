import { gridLayout, isDense } from "#components/topology/grid-layout.ts";
import { layerLayout } from "#components/topology/layer-layout.ts";
import type { LayoutNode, Positions } from "#components/topology/layout-graph.ts";
import type { LayoutReply, LayoutRequest } from "#components/topology/layout-worker.ts";
import { nodeSize } from "#components/topology/node-size.ts";
import { placeNewNodes } from "#components/topology/place-new-nodes.ts";
import { rowLayout } from "#components/topology/row-layout.ts";
import { separateGroups } from "#components/topology/separate-groups.ts";
import type { DisplayGraph } from "#core/graph/display-graph.ts";

/** Layers can be read up to here; beyond, forces find the clusters. */
const LAYERED_MAX = 120;

/** Whether so little of the graph has a place that it is better drawn anew. */
export function needsFreshLayout(graph: DisplayGraph, known: Positions): boolean {
  const placed = graph.nodes.filter(({ id }) => known.has(id)).length;
  // A grid has no room between its blocks: what opens in it needs a new one.
  if (placed < graph.nodes.length && isDense(toLayoutNodes(graph), graph.edges)) return true;
  return placed * 2 < graph.nodes.length;
}

/** Places for the nodes that have none; those that have one keep it, unless boxes would lie over each other. */
export function arrangeNew(graph: DisplayGraph, known: Positions): Positions {
  const nodes = toLayoutNodes(graph);
  return separateGroups(nodes, placeNewNodes(nodes, graph.edges, known));
}

/**
 * A layout of everything, from left to right, or from top to bottom with at most `rowMax` nodes in a row. Large graphs are laid out
 * in a worker; whoever waits can be told to stop waiting.
 */
export async function arrangeAll(graph: DisplayGraph, rowMax: number | null, signal: AbortSignal): Promise<Positions> {
  const nodes = toLayoutNodes(graph);
  if (isDense(nodes, graph.edges)) return gridLayout(nodes, graph.edges);
  if (nodes.length <= LAYERED_MAX && rowMax !== null)
    return separateGroups(nodes, rowLayout(nodes, graph.edges, rowMax));
  if (nodes.length <= LAYERED_MAX) return separateGroups(nodes, layerLayout(nodes, graph.edges));
  const edges = graph.edges.map(({ source, target }) => ({ source, target }));
  return separateGroups(nodes, await inWorker({ id: 1, nodes, edges }, signal));
}

function toLayoutNodes(graph: DisplayGraph): LayoutNode[] {
  return graph.nodes.map((node) => ({ id: node.id, group: node.namespace, ...nodeSize(node) }));
}

function inWorker(request: LayoutRequest, signal: AbortSignal): Promise<Positions> {
  const worker = new Worker(new URL("./layout-worker.ts", import.meta.url), { type: "module" });
  return new Promise<Positions>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<LayoutReply>) => resolve(new Map(data.positions));
    worker.onerror = (event) => reject(new Error(event.message));
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
