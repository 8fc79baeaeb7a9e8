import type { Point } from "#components/topology/layout-graph.ts";
import type { Obstacle } from "#components/topology/route-edge.ts";
import { StateQueue } from "#components/topology/state-queue.ts";

/** A namespace's frame. An edge that neither begins nor ends in it goes around. */
export interface Frame extends Obstacle {
  readonly id: string;
}

/** How far lanes keep from what they pass, and from each other. */
const CLEAR = 14;
const LANE_STEP = 11;
/** Lanes nearer to each other are one, which still is clear of what it passes. */
const LANE_MIN = 6;
/** Straight out of a card and into one: half of what cards of a row have between them. */
const STUB = 12;
/** No line comes nearer to a card than this. */
const MARGIN = 5;
const BEND_COST = 60;
/** Times its length: a lane that another edge has, one through a namespace that is not concerned, and one over a name. */
const TAKEN_COST = 3;
const FRAME_COST = 8;
const NAME_COST = 6;
const NONE = -1;
/** Over more crossings than this no ways are looked for: 60 cards that line up nowhere have half as many. */
const CROSSINGS_MAX = 48_000;
/** So many crossings the searches of one drawing come by at most, or it would stand still: about half a second's work. */
const VISITS_MAX = 800_000;

/**
 * Lanes beside all cards and frames, and the cheapest way along them: no card in it, few bends, around namespaces that it does not
 * concern, and beside the lanes that others took. One grid serves all edges of a drawing, and remembers who took what.
 */
export class LaneGrid {
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  readonly #frames: readonly Frame[];
  /** Of the step from a crossing to the next one to the right, and down: whether a card is in it, its frame, how many took it. */
  readonly #steps: readonly [Steps, Steps];
  /** The crossings that each edge passes. */
  readonly #ways = new Map<string, readonly number[]>();
  readonly #costs: Float64Array;
  readonly #cameFrom: Int32Array;
  readonly #isDone: Uint8Array;
  readonly #queue = new StateQueue();
  #marked = 0;
  #visited = 0;
  #visitsLeft = VISITS_MAX;

  /** `names`: what is written at the corners of frames, gone around where there is room. Undefined where there are too many lanes. */
  static over(
    cards: readonly Obstacle[],
    frames: readonly Frame[],
    names: readonly Obstacle[] = [],
  ): LaneGrid | undefined {
    const obstacles = [...cards, ...frames, ...names];
    const beside = (low: number, high: number) =>
      [0, 1].flatMap((lane) => [low - CLEAR - lane * LANE_STEP, high + CLEAR + lane * LANE_STEP]);
    const xs = lanesOf(
      cards.flatMap(({ left, right }) => [left - STUB, right + STUB]),
      obstacles.flatMap(({ left, right }) => beside(left, right)),
    );
    const ys = lanesOf(
      cards.map(({ top, bottom }) => (top + bottom) / 2),
      obstacles.flatMap(({ top, bottom }) => beside(top, bottom)),
    );
    return xs.length * ys.length > CROSSINGS_MAX ? undefined : new LaneGrid(xs, ys, cards, frames, names);
  }

  private constructor(
    xs: readonly number[],
    ys: readonly number[],
    cards: readonly Obstacle[],
    frames: readonly Frame[],
    names: readonly Obstacle[],
  ) {
    this.#xs = Float64Array.from(xs);
    this.#ys = Float64Array.from(ys);
    this.#frames = frames;
    const crossings = xs.length * ys.length;
    this.#costs = new Float64Array(crossings * 2);
    this.#cameFrom = new Int32Array(crossings * 2);
    this.#isDone = new Uint8Array(crossings * 2);
    this.#steps = [stepsOf(crossings), stepsOf(crossings)];
    for (const axis of [0, 1] as const) {
      const { isBlocked, isNamed, frames: inFrame } = this.#steps[axis];
      for (const card of cards) this.#mark(isBlocked, axis, card, MARGIN, 1);
      for (const name of names) this.#mark(isNamed, axis, name, 0, 1);
      // Where frames lie over each other the first one counts.
      for (let at = frames.length; at > 0; at -= 1) this.#mark(inFrame, axis, frames[at - 1], 0, at);
    }
  }

  /** Work since the grid was made: steps marked for what is in them, and crossings that searches came by, once for each axis. */
  get work(): { readonly marked: number; readonly visited: number } {
    return { marked: this.#marked, visited: this.#visited };
  }

  /**
   * Corners of an edge's way from the right side of one card to the left side of another, given the frames it has its ends in;
   * undefined where there is none, or the drawing's work is used up. The lanes of the way it had before are free again.
   */
  findWay(id: string, from: Point, to: Point, concerned: ReadonlySet<string>): Point[] | undefined {
    this.#leave(id);
    const start = this.#at(from.x + STUB, from.y);
    const end = this.#at(to.x - STUB, to.y);
    if (start === NONE || end === NONE) return undefined;
    const foreign = Uint8Array.from([0, ...this.#frames.map((frame) => (concerned.has(frame.id) ? 0 : 1))]);
    const crossings = this.#search(start, end, foreign);
    if (crossings === undefined) return undefined;
    this.#take(crossings, 1);
    this.#ways.set(id, crossings);
    const points = [from, ...crossings.map((each) => this.#pointOf(each)), to];
    return points.slice(1, -1).filter((point, at) => !isBetween(points[at] ?? from, point, points[at + 2] ?? to));
  }

  /** Begins the next drawing of what stands as before: the lanes of edges that are no more are free. */
  renew(ids: ReadonlySet<string>): void {
    this.#visitsLeft = VISITS_MAX;
    for (const id of this.#ways.keys()) if (!ids.has(id)) this.#leave(id);
  }

  /** A* over crossings and the axis on which they were reached. Cards are left and reached on the level: whoever comes otherwise bends there. */
  #search(start: number, end: number, foreign: Uint8Array): number[] | undefined {
    const [xs, ys, costs, width] = [this.#xs, this.#ys, this.#costs, this.#xs.length];
    costs.fill(Number.POSITIVE_INFINITY);
    this.#isDone.fill(0);
    this.#queue.clear();
    costs[start * 2] = 0;
    this.#cameFrom[start * 2] = NONE;
    this.#queue.push(start * 2, 0);
    const [endX, endY] = [xs[end % width] ?? 0, ys[Math.floor(end / width)] ?? 0];
    for (let state = this.#queue.pop(); state !== undefined; state = this.#queue.pop()) {
      if (this.#isDone[state] === 1) continue;
      this.#isDone[state] = 1;
      this.#visited += 1;
      this.#visitsLeft -= 1;
      if (this.#visitsLeft < 0) return undefined;
      const at = state >> 1;
      const axis = state & 1;
      // It is popped with all that the last bend costs, so there is no cheaper way.
      if (at === end) return this.#trace(state);
      const row = Math.floor(at / width);
      const column = at - row * width;
      const so = costs[state] ?? 0;
      for (let side = 0; side < 4; side += 1) {
        const onto = side >> 1;
        const way = (side & 1) * 2 - 1;
        const nextColumn = onto === 0 ? column + way : column;
        const nextRow = onto === 0 ? row : row + way;
        if (nextColumn < 0 || nextColumn >= width || nextRow < 0 || nextRow >= ys.length) continue;
        const next = nextRow * width + nextColumn;
        const rate = this.#rateOf(onto, way === 1 ? at : next, foreign);
        if (rate === 0) continue;
        const x = xs[nextColumn] ?? 0;
        const y = ys[nextRow] ?? 0;
        const length = Math.abs(x - (xs[column] ?? 0)) + Math.abs(y - (ys[row] ?? 0));
        const total = so + length * rate + (onto === axis ? 0 : BEND_COST);
        const reached = next * 2 + onto;
        if (total >= (costs[reached] ?? 0)) continue;
        costs[reached] = total;
        this.#cameFrom[reached] = state;
        // What the rest of the way costs at least: its length and its bends.
        const bends = onto === 1 ? 1 : y === endY ? 0 : 2;
        this.#queue.push(reached, total + Math.abs(x - endX) + Math.abs(y - endY) + bends * BEND_COST);
      }
    }
    return undefined;
  }

  /** What a px of a step costs; 0 where a card is in the way. */
  #rateOf(axis: number, at: number, foreign: Uint8Array): number {
    const { isBlocked, isNamed, frames, taken } = axis === 0 ? this.#steps[0] : this.#steps[1];
    if (isBlocked[at] !== 0) return 0;
    const isForeign = foreign[frames[at] ?? 0] === 1;
    const extra = (isForeign ? FRAME_COST : 0) + (isNamed[at] === 0 ? 0 : NAME_COST);
    return 1 + extra + TAKEN_COST * Math.min(3, taken[at] ?? 0);
  }

  #trace(last: number): number[] {
    const way: number[] = [];
    for (let state = last; state !== NONE; state = this.#cameFrom[state] ?? NONE)
      if (way.at(-1) !== state >> 1) way.push(state >> 1);
    return way.reverse();
  }

  #leave(id: string): void {
    const way = this.#ways.get(id);
    if (way === undefined) return;
    this.#take(way, -1);
    this.#ways.delete(id);
  }

  #take(crossings: readonly number[], count: 1 | -1): void {
    crossings.slice(1).forEach((to, index) => {
      const from = crossings[index] ?? to;
      const { taken } = this.#steps[Math.abs(to - from) === 1 ? 0 : 1];
      const at = Math.min(from, to);
      taken[at] = (taken[at] ?? 0) + count;
    });
  }

  /** All steps along an axis that come into an obstacle, found by where its sides are among the lanes. */
  #mark(
    cells: Uint8Array | Uint16Array,
    axis: 0 | 1,
    obstacle: Obstacle | undefined,
    margin: number,
    value: number,
  ): void {
    if (obstacle === undefined) return;
    const { left, right, top, bottom } = obstacle;
    const columns = hits(this.#xs, left - margin, right + margin, axis === 0);
    const rows = hits(this.#ys, top - margin, bottom + margin, axis === 1);
    for (let row = rows.first; row < rows.end; row += 1) {
      const start = row * this.#xs.length;
      cells.fill(value, start + columns.first, start + columns.end);
      this.#marked += Math.max(0, columns.end - columns.first);
    }
  }

  #pointOf(at: number): Point {
    return { x: this.#xs[at % this.#xs.length] ?? 0, y: this.#ys[Math.floor(at / this.#xs.length)] ?? 0 };
  }

  #at(x: number, y: number): number {
    const [column, row] = [this.#xs.indexOf(Math.round(x)), this.#ys.indexOf(Math.round(y))];
    return column === NONE || row === NONE ? NONE : row * this.#xs.length + column;
  }
}

interface Steps {
  readonly isBlocked: Uint8Array;
  readonly isNamed: Uint8Array;
  /** Counted from 1. */
  readonly frames: Uint16Array;
  readonly taken: Uint16Array;
}

function stepsOf(size: number): Steps {
  return {
    isBlocked: new Uint8Array(size),
    isNamed: new Uint8Array(size),
    frames: new Uint16Array(size),
    taken: new Uint16Array(size),
  };
}

/** The lanes strictly between two places, and with steps from each lane to the next also the one before. */
function hits(
  lanes: Float64Array,
  low: number,
  high: number,
  isStep: boolean,
): { readonly first: number; readonly end: number } {
  const above = countUpTo(lanes, (lane) => lane <= low);
  return { first: Math.max(0, isStep ? above - 1 : above), end: countUpTo(lanes, (lane) => lane < high) };
}

/** How many of sorted lanes come before the first that is no longer so. */
function countUpTo(lanes: Float64Array, isBefore: (lane: number) => boolean): number {
  let [low, high] = [0, lanes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(lanes[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where ways begin and end, and of the lanes beside all those that are not nearly one that is there. */
function lanesOf(ends: readonly number[], beside: readonly number[]): number[] {
  const kept = sorted(ends);
  const lanes: number[] = [];
  let at = 0;
  for (const lane of sorted(beside)) {
    for (let end = kept[at]; end !== undefined && end <= lane; end = kept[at]) {
      lanes.push(end);
      at += 1;
    }
    const isNear = lane - (lanes.at(-1) ?? Number.NEGATIVE_INFINITY) < LANE_MIN;
    if (!isNear && (kept[at] ?? Number.POSITIVE_INFINITY) - lane >= LANE_MIN) lanes.push(lane);
  }
  return [...lanes, ...kept.slice(at)];
}

function sorted(values: readonly number[]): number[] {
  return [...new Set(values.map(Math.round))].sort((a, b) => a - b);
}

function isBetween(a: Point, b: Point, c: Point): boolean {
  const isClose = (one: number, other: number) => Math.abs(one - other) < 1;
  return (isClose(a.x, b.x) && isClose(b.x, c.x)) || (isClose(a.y, b.y) && isClose(b.y, c.y));
}
