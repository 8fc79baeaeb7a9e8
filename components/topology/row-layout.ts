import type { LayoutEdge, LayoutNode, Point, Positions } from "#components/topology/layout-graph.ts";
import { orderLayers } from "#components/topology/order-layers.ts";
import { rankNodes } from "#components/topology/rank-nodes.ts";

const NODE_GAP = 24;
/** Between rows there must be room for an edge's label. */
const ROW_GAP = 76;
/** Between what groups hold; their boxes take some of it. */
const GROUP_GAP = 150;

/**
 * For a view that is higher than wide: callers above what they call, at most `rowMax` nodes in a row, each group below the one
 * that calls it, nodes without edges last in theirs. Centres of the nodes; the same graph always gives the same picture.
 */
export function rowLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], rowMax: number): Positions {
  const linked = new Set(
    edges.filter(({ source, target }) => source !== target).flatMap(({ source, target }) => [source, target]),
  );
  const layers = orderLayers(
    rankNodes(
      nodes.filter(({ id }) => linked.has(id)),
      edges,
    ),
    edges,
  );
  const lone = nodes.filter(({ id }) => !linked.has(id));
  const positions = new Map<string, Point>();
  let top = 0;
  for (const group of new Set([...layers.flat(), ...lone].map((node) => node.group))) {
    const rows = [...layers, lone].flatMap((layer) =>
      chunk(
        layer.filter((node) => node.group === group),
        rowMax,
      ),
    );
    for (const row of rows) {
      const height = Math.max(...row.map((node) => node.height));
      let left = -row.reduce((sum, { width }) => sum + width + NODE_GAP, -NODE_GAP) / 2;
      for (const { id, width } of row) {
        positions.set(id, { x: left + width / 2, y: top + height / 2 });
        left += width + NODE_GAP;
      }
      top += height + ROW_GAP;
    }
    top += GROUP_GAP - ROW_GAP;
  }
  return positions;
}

/** Rows of nearly the same length. */
function chunk(layer: readonly LayoutNode[], max: number): LayoutNode[][] {
  const rows = Math.ceil(layer.length / max);
  const size = Math.ceil(layer.length / rows);
  return Array.from({ length: rows }, (_, row) => layer.slice(row * size, (row + 1) * size));
}
