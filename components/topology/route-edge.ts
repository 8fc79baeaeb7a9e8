import type { Point } from "#components/topology/layout-graph.ts";

/** A card in the way, by its edges. */
export interface Obstacle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What edges go around beside the cards. */
export interface Surroundings {
  /** Frames of namespaces in which the edge neither begins nor ends. */
  readonly frames: readonly Obstacle[];
  /** Corners of a way around all of it; undefined where there is none. */
  readonly findWay: (from: Point, to: Point) => readonly Point[] | undefined;
}

/** Room for the turn at either end. */
const TURN = 44;
/** How far a line keeps from a card that it passes. */
const CLEAR = 14;
const RADIUS = 12;
const SAMPLES = 24;

/**
 * Control points of an edge from the right side of one card to the left side of another, around all cards: straight over
 * where that is free, else along the lanes beside what is in the way, else along one above or below it. The curve goes through
 * the middles between its control points, as Cytoscape's `unbundled-bezier` does.
 */
export function routeEdge(
  from: Point,
  to: Point,
  cards: readonly Obstacle[],
  { frames, findWay }: Surroundings = { frames: [], findWay: () => undefined },
): Point[] {
  const isNear = ({ left, right }: Obstacle) =>
    right > Math.min(from.x, to.x) - 2 * TURN && left < Math.max(from.x, to.x) + 2 * TURN;
  const near = cards.filter(isNear);
  const inTheWay = [...near, ...frames.filter(isNear)];
  const isForward = to.x - from.x >= 24;
  if (isForward) {
    const middle = (from.x + to.x) / 2;
    // The turn in the middle looks best; before the first card or behind the last it may be free where that is not.
    for (const turn of [middle, from.x + TURN, to.x - TURN]) {
      const direct = [
        { x: turn, y: from.y },
        { x: turn, y: to.y },
      ];
      if (turn > from.x && turn < to.x && isFree(from, to, direct, inTheWay)) return direct;
    }
  }
  const corners = findWay(from, to);
  if (corners !== undefined) return roundCorners([from, ...corners, to]);
  const lanes = [from.y, to.y, ...near.flatMap(({ top, bottom }) => [top - CLEAR, bottom + CLEAR])];
  const cost = (lane: number) => Math.abs(lane - from.y) + Math.abs(lane - to.y);
  for (const lane of lanes.sort((a, b) => cost(a) - cost(b))) {
    const around = alongLane(from, to, lane);
    if (isFree(from, to, around, near)) return around;
  }
  const middle = (from.x + to.x) / 2;
  return isForward
    ? [
        { x: middle, y: from.y },
        { x: middle, y: to.y },
      ]
    : alongLane(from, to, Math.min(...near.map(({ top }) => top)) - CLEAR);
}

/** A point before and behind each corner, so that all between them is straight. */
function roundCorners(points: readonly Point[]): Point[] {
  const [first, second] = points;
  if (points.length === 2) return [towards(first, second, 0.5, Number.POSITIVE_INFINITY)];
  return points.slice(1, -1).flatMap((corner, at) => {
    const [before, behind] = [points[at], points[at + 2]];
    return [towards(corner, before, 0.5, RADIUS), corner, towards(corner, behind, 0.5, RADIUS)];
  });
}

/** A share of the way to another point, and no further than so many. */
function towards(from: Point | undefined, to: Point | undefined, share: number, most: number): Point {
  if (from === undefined || to === undefined) throw new Error("a corner has a point before and behind it");
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(share, most / length);
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Two points at each corner, so that the lane itself is level. */
function alongLane(from: Point, to: Point, lane: number): Point[] {
  const out = from.x + TURN / 2;
  const back = to.x - TURN / 2;
  const way = Math.sign(back - out);
  const flat = Math.min(TURN / 2, Math.abs(back - out) / 3);
  return [
    { x: out, y: from.y },
    { x: out, y: lane },
    { x: out + way * flat, y: lane },
    { x: back - way * flat, y: lane },
    { x: back, y: lane },
    { x: back, y: to.y },
  ];
}

function isFree(from: Point, to: Point, controls: readonly Point[], cards: readonly Obstacle[]): boolean {
  return curvePoints(from, to, controls).every(({ x, y }) =>
    cards.every(({ left, right, top, bottom }) => {
      // The ends touch their own cards from outside.
      const margin = touches({ left, right, top, bottom }, from) || touches({ left, right, top, bottom }, to) ? -1 : 6;
      return x <= left - margin || x >= right + margin || y <= top - margin || y >= bottom + margin;
    }),
  );
}

function touches({ left, right, top, bottom }: Obstacle, { x, y }: Point): boolean {
  return x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 1;
}

/** Points along the curve, both ends included. */
export function curvePoints(from: Point, to: Point, controls: readonly Point[], samples = SAMPLES): Point[] {
  const points: Point[] = [from];
  let start = from;
  controls.forEach((control, index) => {
    const next = controls[index + 1];
    const end = next === undefined ? to : { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 };
    for (let step = 1; step <= samples; step += 1) {
      const t = step / samples;
      const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
      points.push({ x: a * start.x + b * control.x + c * end.x, y: a * start.y + b * control.y + c * end.y });
    }
    start = end;
  });
  if (controls.length === 0) points.push(to);
  return points;
}
