import type { Point, Positions } from "#components/topology/layout-graph.ts";

export type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

const AXES: Readonly<Record<Direction, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
/** A node off to the side counts as this much further away. */
const ASIDE = 2.5;

export function isDirection(key: string): key is Direction {
  return Object.hasOwn(AXES, key);
}

/** Where an arrow key leads from a node: the nearest that way, straight ahead before aside. */
export function nearestNode(positions: Positions, from: string, direction: Direction): string | null {
  const start = positions.get(from);
  if (start === undefined) return null;
  const axis = AXES[direction];
  let best: { readonly id: string; readonly cost: number } | null = null;
  for (const [id, { x, y }] of positions) {
    const dx = x - start.x;
    const dy = y - start.y;
    const ahead = dx * axis.x + dy * axis.y;
    const aside = Math.abs(dx * axis.y) + Math.abs(dy * axis.x);
    if (id === from || ahead <= 1 || aside > ahead * 3 + 40) continue;
    const cost = ahead + aside * ASIDE;
    if (best === null || cost < best.cost) best = { id, cost };
  }
  return best?.id ?? null;
}
