import { layerLayout } from "#components/topology/layer-layout.ts";
import type { LayoutEdge, LayoutNode, Point, Positions } from "#components/topology/layout-graph.ts";

const STEP_PX = 24;
const GAP_PX = 20;

/**
 * Places for nodes that have none, leaving all others where they are: each goes where a fresh layout would have it,
 * shifted as far as its placed neighbours are from theirs, and then down until it covers nothing.
 */
export function placeNewNodes(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], known: Positions): Positions {
  const positions = new Map<string, Point>();
  for (const { id } of nodes) {
    const point = known.get(id);
    if (point !== undefined) positions.set(id, point);
  }
  const missing = nodes.filter(({ id }) => !positions.has(id));
  if (missing.length === 0) return positions;
  const fresh = layerLayout(nodes, edges);
  const sizes = new Map(nodes.map((node) => [node.id, node]));
  const overall = meanShift([...positions.keys()], positions, fresh) ?? { x: 0, y: 0 };
  for (const node of [...missing].sort((a, b) => (fresh.get(a.id)?.x ?? 0) - (fresh.get(b.id)?.x ?? 0))) {
    const neighbours = edges.flatMap(({ source, target }) =>
      source === node.id ? [target] : target === node.id ? [source] : [],
    );
    const shift = meanShift(neighbours, positions, fresh) ?? overall;
    const wanted = fresh.get(node.id) ?? { x: 0, y: 0 };
    let point: Point = { x: wanted.x + shift.x, y: wanted.y + shift.y };
    while (coversAny(node, point, positions, sizes)) point = { x: point.x, y: point.y + STEP_PX };
    positions.set(node.id, point);
  }
  return positions;
}

/** How far the placed ones of these are from where a fresh layout has them. */
function meanShift(ids: readonly string[], placed: Positions, fresh: Positions): Point | null {
  const shifts = ids.flatMap((id) => {
    const now = placed.get(id);
    const then = fresh.get(id);
    return now === undefined || then === undefined ? [] : [{ x: now.x - then.x, y: now.y - then.y }];
  });
  if (shifts.length === 0) return null;
  return {
    x: shifts.reduce((sum, { x }) => sum + x, 0) / shifts.length,
    y: shifts.reduce((sum, { y }) => sum + y, 0) / shifts.length,
  };
}

function coversAny(
  node: LayoutNode,
  point: Point,
  positions: Positions,
  sizes: ReadonlyMap<string, LayoutNode>,
): boolean {
  for (const [id, other] of positions) {
    const size = sizes.get(id);
    if (size === undefined) continue;
    if (
      Math.abs(point.x - other.x) < (node.width + size.width) / 2 + GAP_PX &&
      Math.abs(point.y - other.y) < (node.height + size.height) / 2 + GAP_PX
    )
      return true;
  }
  return false;
}
