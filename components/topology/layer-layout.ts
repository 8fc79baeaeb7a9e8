import { breakCycles } from "#components/topology/break-cycles.ts";
import { orderLayers } from "#components/topology/order-layers.ts";
import { spreadLayers } from "#components/topology/spread-layers.ts";

export interface LayoutNode {
  readonly id: string;
  /** Nodes of one group stand in one box; boxes do not overlap. */
  readonly group: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly source: string;
  readonly target: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Positions = ReadonlyMap<string, Point>;

/** Between layers there must be room for an edge's label. */
const LAYER_GAP = 150;
const BOX_GAP = 64;
const LONE_PER_ROW = 6;

/**
 * Callers left of what they call, few crossings, centres of the nodes. The same graph always gives the same picture.
 * Groups whose boxes would overlap are drawn one below the other instead; nodes without edges stand in rows at the end.
 */
export function layerLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Positions {
  const linked = new Set(edges.filter(({ source, target }) => source !== target).flatMap(({ source, target }) => [source, target]));
  const drawn = nodes.filter(({ id }) => linked.has(id));
  const layers = rankNodes(drawn, edges);
  const columns = columnCentres(layers);
  const natural = place(orderLayers(layers, edges), edges, columns);
  const positions = boxesOverlap(drawn, natural) ? stackGroups(drawn, edges, layers, columns) : natural;
  return placeLone(
    nodes.filter(({ id }) => !linked.has(id)),
    positions,
  );
}

/** Layer by longest way from a caller that nobody calls. */
function rankNodes(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): LayoutNode[][] {
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

function columnCentres(layers: readonly (readonly LayoutNode[])[]): number[] {
  let left = 0;
  return layers.map((layer) => {
    const width = Math.max(0, ...layer.map((node) => node.width));
    const centre = left + width / 2;
    left += width + LAYER_GAP;
    return centre;
  });
}

function place(layers: readonly (readonly LayoutNode[])[], edges: readonly LayoutEdge[], columns: readonly number[]): Map<string, Point> {
  const rows = spreadLayers(layers, edges);
  const positions = new Map<string, Point>();
  layers.forEach((layer, at) => {
    for (const { id } of layer) positions.set(id, { x: columns[at] ?? 0, y: rows.get(id) ?? 0 });
  });
  return positions;
}

/** Each group laid out by itself on the common columns, below the one before. */
function stackGroups(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], layers: readonly (readonly LayoutNode[])[], columns: readonly number[]): Map<string, Point> {
  const positions = new Map<string, Point>();
  let top = 0;
  for (const group of new Set(layers.flat().map((node) => node.group))) {
    const own = nodes.filter((node) => node.group === group);
    const ids = new Set(own.map(({ id }) => id));
    const inside = edges.filter(({ source, target }) => ids.has(source) && ids.has(target));
    const part = place(
      orderLayers(
        layers.map((layer) => layer.filter((node) => node.group === group)),
        inside,
      ),
      inside,
      columns,
    );
    const edgesOf = own.map((node) => ({ y: part.get(node.id)?.y ?? 0, half: node.height / 2 }));
    const highest = Math.min(...edgesOf.map(({ y, half }) => y - half));
    const lowest = Math.max(...edgesOf.map(({ y, half }) => y + half));
    for (const [id, { x, y }] of part) positions.set(id, { x, y: y - highest + top });
    top += lowest - highest + BOX_GAP;
  }
  return positions;
}

const BOX_PADDING = 28;

function boxesOverlap(nodes: readonly LayoutNode[], positions: Positions): boolean {
  const boxes = [...Map.groupBy(nodes, ({ group }) => group).values()].map((members) => ({
    left: Math.min(...members.map(({ id, width }) => (positions.get(id)?.x ?? 0) - width / 2)) - BOX_PADDING,
    right: Math.max(...members.map(({ id, width }) => (positions.get(id)?.x ?? 0) + width / 2)) + BOX_PADDING,
    top: Math.min(...members.map(({ id, height }) => (positions.get(id)?.y ?? 0) - height / 2)) - BOX_PADDING,
    bottom: Math.max(...members.map(({ id, height }) => (positions.get(id)?.y ?? 0) + height / 2)) + BOX_PADDING,
  }));
  return boxes.some((a, at) => boxes.slice(at + 1).some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
}

/** Nodes without edges in rows below the rest, by group. */
function placeLone(nodes: readonly LayoutNode[], positions: ReadonlyMap<string, Point>): Map<string, Point> {
  const all = new Map(positions);
  let top = Math.max(-BOX_GAP, ...[...positions.values()].map(({ y }) => y)) + BOX_GAP * 1.75;
  for (const members of Map.groupBy(nodes, ({ group }) => group).values()) {
    const height = Math.max(...members.map((node) => node.height));
    const width = Math.max(...members.map((node) => node.width));
    members.forEach(({ id }, index) => {
      all.set(id, { x: (index % LONE_PER_ROW) * (width + 32) + width / 2, y: top + Math.floor(index / LONE_PER_ROW) * (height + 24) });
    });
    top += Math.ceil(members.length / LONE_PER_ROW) * (height + 24) + BOX_GAP;
  }
  return all;
}
