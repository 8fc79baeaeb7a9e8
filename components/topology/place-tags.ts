import type { Point } from "#components/topology/layout-graph.ts";
import type { Obstacle } from "#components/topology/route-edge.ts";

/** The figures of an edge, to be put somewhere along it. */
export interface Tag {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Along the edge, from its source to its target. */
  readonly path: readonly Point[];
  /** The smaller, the sooner it is placed: what fails gets the best place. */
  readonly rank: number;
}

/** From the middle outwards, as shares of the way. */
const STOPS = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
/** Off the line, in heights of the tag. */
const SHIFTS = [0, -1, 1, -2, 2, -3, 3];
const GAP = 2;

/** A centre for each tag where it covers no card and no other tag; where there is none, where it covers least. */
export function placeTags(tags: readonly Tag[], cards: readonly Obstacle[]): Map<string, Point> {
  const placed: Obstacle[] = [];
  const centres = new Map<string, Point>();
  for (const tag of [...tags].sort((a, b) => a.rank - b.rank)) {
    let best: { point: Point; covers: number } | null = null;
    search: for (const shift of SHIFTS)
      for (const stop of STOPS) {
        const on = pointAt(tag.path, stop);
        const point = { x: on.x, y: on.y + shift * (tag.height + GAP) };
        const box = around(point, tag);
        const covers = [...cards, ...placed].reduce((sum, other) => sum + overlap(box, other), 0);
        if (best === null || covers < best.covers) best = { point, covers };
        if (covers === 0) break search;
      }
    if (best === null) continue;
    centres.set(tag.id, best.point);
    placed.push(around(best.point, tag));
  }
  return centres;
}

function around({ x, y }: Point, { width, height }: Tag): Obstacle {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function overlap(a: Obstacle, b: Obstacle): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left) + 2 * GAP;
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) + 2 * GAP;
  return width > 0 && height > 0 ? width * height : 0;
}

/** The point after a share of the length of the way. */
function pointAt(path: readonly Point[], share: number): Point {
  const lengths = path
    .slice(1)
    .map((point, at) => Math.hypot(point.x - (path[at]?.x ?? 0), point.y - (path[at]?.y ?? 0)));
  let left = share * lengths.reduce((sum, length) => sum + length, 0);
  for (const [at, length] of lengths.entries()) {
    const from = path[at];
    const to = path[at + 1];
    if (from === undefined || to === undefined) break;
    if (left <= length && length > 0)
      return { x: from.x + ((to.x - from.x) * left) / length, y: from.y + ((to.y - from.y) * left) / length };
    left -= length;
  }
  return path.at(-1) ?? { x: 0, y: 0 };
}
