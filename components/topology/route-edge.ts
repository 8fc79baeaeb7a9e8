import type { Point } from "#components/topology/layout-graph.ts";

/** A card in the way, by its edges. */
export interface Obstacle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Room for the turn at either end. */
const TURN = 44;
/** How far a line keeps from a card that it passes. */
const CLEAR = 14;
const SAMPLES = 10;

/**
 * Control points of an edge from the right side of one card to the left side of another, around all cards: straight over
 * where that is free, else along a lane above or below what is in the way. The curve goes through the middles between
 * its control points, as Cytoscape's `unbundled-bezier` does.
 */
export function routeEdge(from: Point, to: Point, cards: readonly Obstacle[]): Point[] {
  const near = cards.filter(
    ({ left, right }) => right > Math.min(from.x, to.x) - 2 * TURN && left < Math.max(from.x, to.x) + 2 * TURN,
  );
  const isForward = to.x - from.x >= 24;
  if (isForward) {
    const middle = (from.x + to.x) / 2;
    // The turn in the middle looks best; before the first card or behind the last it may be free where that is not.
    for (const turn of [middle, from.x + TURN, to.x - TURN]) {
      const direct = [
        { x: turn, y: from.y },
        { x: turn, y: to.y },
      ];
      if (turn > from.x && turn < to.x && isFree(from, to, direct, near)) return direct;
    }
  }
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
