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
const STOPS = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((step) =>
  step === 0 ? [0.5] : [0.5 - step * 0.05, 0.5 + step * 0.05],
);
/** Off the line, in heights of the tag: beside it only where it would lie under a card. */
const SHIFTS = [0, -0.5, 0.5, -1, 1, -1.5, 1.5, -2, 2];
const GAP = 2;
/** What a tag rather covers than to stand so far off the middle, in px of other lines a share of the way. */
const FAR_COST = 200;

/**
 * A centre for each tag on its own line where it covers no card, no other tag and as little as can be of other lines; where there is none,
 * beside its line, and at last where it covers least. `frame` is what a view of all shows: no tag sticks out of it.
 */
export function placeTags(
  tags: readonly Tag[],
  cards: readonly Obstacle[],
  frame: Obstacle = EVERYWHERE,
): Map<string, Point> {
  const placed: Obstacle[] = [];
  const centres = new Map<string, Point>();
  const lines = tags.map(({ id, path }): Line => ({ id, points: densify(path), bounds: boundsOf(path) }));
  for (const tag of [...tags].sort((a, b) => a.rank - b.rank)) {
    const others = lines.filter(({ id }) => id !== tag.id);
    let best: { point: Point; covers: number; cost: number } | null = null;
    for (const shift of SHIFTS) {
      for (const stop of STOPS) {
        const on = pointAt(tag.path, stop);
        const point = heldIn(frame, { x: on.x, y: on.y + shift * (tag.height + GAP) }, tag);
        const box = around(point, tag);
        const covers = [...cards, ...placed].reduce((sum, other) => sum + overlap(box, other), 0);
        if (best !== null && covers > best.covers) continue;
        const cost = FAR_COST * Math.abs(stop - 0.5) + linesIn(box, others);
        if (best === null || covers < best.covers || cost < best.cost) best = { point, covers, cost };
      }
      if (best?.covers === 0) break;
    }
    if (best === null) continue;
    centres.set(tag.id, best.point);
    placed.push(around(best.point, tag));
  }
  return centres;
}

const EVERYWHERE: Obstacle = {
  left: Number.NEGATIVE_INFINITY,
  right: Number.POSITIVE_INFINITY,
  top: Number.NEGATIVE_INFINITY,
  bottom: Number.POSITIVE_INFINITY,
};

/** Moved just so far that the tag is inside; one that is larger than the frame begins with it. */
function heldIn({ left, right, top, bottom }: Obstacle, { x, y }: Point, { width, height }: Tag): Point {
  return {
    x: Math.max(left + width / 2, Math.min(right - width / 2, x)),
    y: Math.max(top + height / 2, Math.min(bottom - height / 2, y)),
  };
}

const STEP_PX = 6;

/** Points of a line, a few px apart. */
function densify(path: readonly Point[]): Point[] {
  return path.flatMap((from, at) => {
    const to = path[at + 1];
    if (to === undefined) return [from];
    const steps = Math.max(1, Math.round(Math.hypot(to.x - from.x, to.y - from.y) / STEP_PX));
    return Array.from({ length: steps }, (_, step) => ({
      x: from.x + ((to.x - from.x) * step) / steps,
      y: from.y + ((to.y - from.y) * step) / steps,
    }));
  });
}

interface Line {
  readonly id: string;
  readonly points: readonly Point[];
  readonly bounds: Obstacle;
}

/** How much of other lines a box covers, in px. */
function linesIn({ left, right, top, bottom }: Obstacle, lines: readonly Line[]): number {
  let covered = 0;
  for (const { points, bounds } of lines) {
    if (bounds.right <= left || bounds.left >= right || bounds.bottom <= top || bounds.top >= bottom) continue;
    for (const { x, y } of points) if (x > left && x < right && y > top && y < bottom) covered += STEP_PX;
  }
  return covered;
}

function boundsOf(path: readonly Point[]): Obstacle {
  const [xs, ys] = [path.map(({ x }) => x), path.map(({ y }) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function around({ x, y }: Point, { width, height }: Tag): Obstacle {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function overlap(a: Obstacle, b: Obstacle): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left) + GAP;
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) + GAP;
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
