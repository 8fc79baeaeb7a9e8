import type { LayoutEdge, LayoutNode, Point, Positions } from "#components/topology/layout-graph.ts";
import { orderLayers } from "#components/topology/order-layers.ts";
import { rankNodes } from "#components/topology/rank-nodes.ts";
import { spreadLayers } from "#components/topology/spread-layers.ts";

/** Between layers there must be room for an edge's label. */
const LAYER_GAP = 176;
const BOX_GAP = 64;
const LONE_PER_ROW = 5;

/**
 * Callers left of what they call, few crossings, centres of the nodes; nodes without edges in rows below. The same graph
 * always gives the same picture. Groups whose boxes would overlap are drawn one below the other instead.
 */
export function layerLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Positions {
  const linked = new Set(
    edges.filter(({ source, target }) => source !== target).flatMap(({ source, target }) => [source, target]),
  );
  const drawn = nodes.filter(({ id }) => linked.has(id));
  const lone = nodes.filter(({ id }) => !linked.has(id));
  const layers = rankNodes(drawn, edges);
  const columns = columnCentres(layers);
  const natural = placeLone(lone, nodes, place(orderLayers(layers, edges), edges, columns));
  return boxesOverlap(nodes, natural) ? stackGroups(nodes, lone, edges, layers, columns) : natural;
}

function columnCentres(layers: readonly (readonly LayoutNode[])[]): number[] {
  let left = 0;
  return layers.map((layer) => {
    const width = Math.max(0, ...layer.map((node) => node.width));
    const centre = left + width / 2;
    left += width + LAYER_GAP;
    return centre;
  });
}

function place(
  layers: readonly (readonly LayoutNode[])[],
  edges: readonly LayoutEdge[],
  columns: readonly number[],
): Map<string, Point> {
  const rows = spreadLayers(layers, edges);
  const positions = new Map<string, Point>();
  layers.forEach((layer, at) => {
    for (const { id } of layer) positions.set(id, { x: columns[at] ?? 0, y: rows.get(id) ?? 0 });
  });
  return positions;
}

/** Each group laid out by itself on the common columns, below the one before. */
function stackGroups(
  nodes: readonly LayoutNode[],
  lone: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  layers: readonly (readonly LayoutNode[])[],
  columns: readonly number[],
): Map<string, Point> {
  const positions = new Map<string, Point>();
  let top = 0;
  for (const group of new Set([...layers.flat(), ...lone].map((node) => node.group))) {
    const own = nodes.filter((node) => node.group === group);
    const ids = new Set(own.map(({ id }) => id));
    const inside = edges.filter(({ source, target }) => ids.has(source) && ids.has(target));
    const ordered = orderLayers(
      layers.map((layer) => layer.filter((node) => node.group === group)),
      inside,
    );
    const ownLone = lone.filter((node) => node.group === group);
    const part = placeLone(ownLone, own, place(ordered, inside, columns));
    const { top: highest, bottom } = extent(own, part);
    for (const [id, { x, y }] of part) positions.set(id, { x, y: y - highest + top });
    top += bottom - highest + BOX_GAP;
  }
  return positions;
}

const BOX_PADDING = 28;

function extent(
  nodes: readonly LayoutNode[],
  positions: Positions,
): { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } {
  const placed = nodes.flatMap((node) => {
    const point = positions.get(node.id);
    return point === undefined ? [] : [{ ...point, halfWidth: node.width / 2, halfHeight: node.height / 2 }];
  });
  return {
    left: Math.min(...placed.map(({ x, halfWidth }) => x - halfWidth)),
    right: Math.max(...placed.map(({ x, halfWidth }) => x + halfWidth)),
    top: Math.min(...placed.map(({ y, halfHeight }) => y - halfHeight)),
    bottom: Math.max(...placed.map(({ y, halfHeight }) => y + halfHeight)),
  };
}

function boxesOverlap(nodes: readonly LayoutNode[], positions: Positions): boolean {
  const boxes = [...Map.groupBy(nodes, ({ group }) => group).values()].map((members) => extent(members, positions));
  const touch = (from: number, to: number, otherFrom: number, otherTo: number) =>
    from - BOX_PADDING < otherTo + BOX_PADDING && otherFrom - BOX_PADDING < to + BOX_PADDING;
  return boxes.some((a, at) =>
    boxes.slice(at + 1).some((b) => touch(a.left, a.right, b.left, b.right) && touch(a.top, a.bottom, b.top, b.bottom)),
  );
}

/** Nodes without edges in rows below all the rest, each group's from the left edge of its others on. */
function placeLone(
  lone: readonly LayoutNode[],
  nodes: readonly LayoutNode[],
  positions: ReadonlyMap<string, Point>,
): Map<string, Point> {
  const all = new Map(positions);
  let top = positions.size === 0 ? 0 : extent(nodes, positions).bottom + BOX_GAP / 2;
  for (const [group, members] of Map.groupBy(lone, (node) => node.group)) {
    const others = nodes.filter((node) => node.group === group && positions.has(node.id));
    const left = others.length === 0 ? 0 : extent(others, positions).left;
    const height = Math.max(...members.map((node) => node.height));
    const width = Math.max(...members.map((node) => node.width));
    members.forEach(({ id }, index) => {
      all.set(id, {
        x: left + (index % LONE_PER_ROW) * (width + 32) + width / 2,
        y: top + height / 2 + Math.floor(index / LONE_PER_ROW) * (height + 24),
      });
    });
    top += Math.ceil(members.length / LONE_PER_ROW) * (height + 24) + BOX_GAP;
  }
  return all;
}
