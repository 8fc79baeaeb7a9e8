import { breakCycles } from "#components/topology/break-cycles.ts";
import type { LayoutEdge, LayoutNode } from "#components/topology/layout-graph.ts";

/** Layer by longest way from a caller that nobody calls. */
export function rankNodes(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): LayoutNode[][] {
  const forward = breakCycles(
    nodes.map(({ id }) => id),
    edges,
  );
  const rank = new Map(nodes.map(({ id }) => [id, 0]));
  for (let round = 0, moved = true; moved && round < nodes.length; round++) {
    moved = false;
    for (const { source, target } of forward) {
      const at = (rank.get(source) ?? 0) + 1;
      if (at > (rank.get(target) ?? 0)) {
        rank.set(target, at);
        moved = true;
      }
    }
  }
  const layers: LayoutNode[][] = [];
  for (const node of nodes) {
    const at = rank.get(node.id) ?? 0;
    layers[at] = [...(layers[at] ?? []), node];
  }
  return layers.map((layer) => layer ?? []);
}
