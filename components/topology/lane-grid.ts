import type { Point } from "#components/topology/layout-graph.ts";
import type { Obstacle } from "#components/topology/route-edge.ts";

/** A namespace's frame. An edge that neither begins nor ends in it goes around. */
export interface Frame extends Obstacle {
  readonly id: string;
}

/** How far lanes keep from what they pass, and from each other. */
const CLEAR = 14;
const LANE_STEP = 11;
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

/**
 * Lanes beside all cards and frames, and the cheapest way along them: no card in it, few bends, around namespaces that it does not
 * concern, and beside the lanes that others took. One grid serves all edges of a drawing, and remembers what was taken.
 */
export class LaneGrid {
  readonly #xs: readonly number[];
  readonly #ys: readonly number[];
  readonly #frames: readonly Frame[];
  readonly #names: readonly Obstacle[];
  /** Of the step from a crossing to the next one to the right, and down: whether a card is in it, its frame, how many took it. */
  readonly #steps: readonly [Steps, Steps];

  /** `names`: what is written at the corners of frames, gone around where there is room. */
  constructor(cards: readonly Obstacle[], frames: readonly Frame[], names: readonly Obstacle[] = []) {
    this.#frames = frames;
    this.#names = names;
    const obstacles = [...cards, ...frames, ...names];
    const beside = (low: number, high: number) =>
      [0, 1].flatMap((lane) => [low - CLEAR - lane * LANE_STEP, high + CLEAR + lane * LANE_STEP]);
    this.#xs = sorted([
      ...obstacles.flatMap(({ left, right }) => beside(left, right)),
      ...cards.flatMap(({ left, right }) => [left - STUB, right + STUB]),
    ]);
    this.#ys = sorted([
      ...obstacles.flatMap(({ top, bottom }) => beside(top, bottom)),
      ...cards.map(({ top, bottom }) => (top + bottom) / 2),
    ]);
    this.#steps = [this.#measure(cards, 1, 0), this.#measure(cards, 0, 1)];
  }

  /** Corners of the way from the right side of one card to the left side of another, given the frames it has its ends in; undefined where there is none. */
  findWay(from: Point, to: Point, concerned: ReadonlySet<string>): Point[] | undefined {
    const start = this.#at(from.x + STUB, from.y);
    const end = this.#at(to.x - STUB, to.y);
    if (start === NONE || end === NONE) return undefined;
    const own = new Set(this.#frames.flatMap(({ id }, at) => (concerned.has(id) ? [at] : [])));
    const crossings = this.#search(start, end, own);
    if (crossings === undefined) return undefined;
    this.#take(crossings);
    const points = [from, ...crossings.map((each) => this.#pointOf(each)), to];
    return points.slice(1, -1).filter((point, at) => !isBetween(points[at] ?? from, point, points[at + 2] ?? to));
  }

  /** Dijkstra over crossings and the axis on which they were reached; both ends are left and reached on the level. */
  #search(start: number, end: number, own: ReadonlySet<number>): number[] | undefined {
    const width = this.#xs.length;
    const costs = new Float64Array(width * this.#ys.length * 2).fill(Number.POSITIVE_INFINITY);
    const cameFrom = new Int32Array(costs.length).fill(NONE);
    const queue = new Queue();
    costs[start * 2] = 0;
    queue.push(start * 2, 0);
    for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
      const at = state >> 1;
      if (at === end && state % 2 === 0) return this.#trace(cameFrom, state);
      for (const axis of [0, 1] as const) {
        for (const way of [1, -1]) {
          const next = at + way * (axis === 0 ? 1 : width);
          const cost = this.#costOf(axis, way === 1 ? at : next, own);
          if (cost === undefined) continue;
          const total = (costs[state] ?? 0) + cost + (axis === state % 2 ? 0 : BEND_COST);
          const reached = next * 2 + axis;
          if (total >= (costs[reached] ?? 0)) continue;
          costs[reached] = total;
          cameFrom[reached] = state;
          queue.push(reached, total);
        }
      }
    }
    return undefined;
  }

  #costOf(axis: 0 | 1, at: number, own: ReadonlySet<number>): number | undefined {
    const { lengths, isBlocked, isNamed, frames, taken } = this.#steps[axis];
    if (at < 0 || at >= lengths.length || isBlocked[at] !== 0) return undefined;
    const frame = frames[at] ?? NONE;
    const isForeign = frame !== NONE && !own.has(frame);
    const extra = (isForeign ? FRAME_COST : 0) + (isNamed[at] === 0 ? 0 : NAME_COST);
    return (lengths[at] ?? 0) * (1 + extra + TAKEN_COST * Math.min(3, taken[at] ?? 0));
  }

  #trace(cameFrom: Int32Array, last: number): number[] {
    const way: number[] = [];
    for (let state = last; state !== NONE; state = cameFrom[state] ?? NONE)
      if (way[0] !== state >> 1) way.unshift(state >> 1);
    return way;
  }

  #take(crossings: readonly number[]): void {
    crossings.slice(1).forEach((to, index) => {
      const from = crossings[index] ?? to;
      const { taken } = this.#steps[Math.abs(to - from) === 1 ? 0 : 1];
      const at = Math.min(from, to);
      taken[at] = (taken[at] ?? 0) + 1;
    });
  }

  #measure(cards: readonly Obstacle[], right: 0 | 1, down: 0 | 1): Steps {
    const [width, height] = [this.#xs.length, this.#ys.length];
    const size = width * height;
    const steps: Steps = {
      lengths: new Float64Array(size),
      isBlocked: new Uint8Array(size),
      isNamed: new Uint8Array(size),
      frames: new Int32Array(size).fill(NONE),
      taken: new Uint16Array(size),
    };
    for (let at = 0; at < size; at += 1) {
      const [column, row] = [at % width, Math.floor(at / width)];
      const from = this.#pointOf(at);
      if (column + right >= width || row + down >= height) {
        steps.isBlocked[at] = 1;
        continue;
      }
      const to = this.#pointOf(at + right + down * width);
      steps.lengths[at] = to.x - from.x + to.y - from.y;
      if (this.#names.some((name) => isHit(name, from, to, 0))) steps.isNamed[at] = 1;
      if (cards.some((card) => isHit(card, from, to, MARGIN))) steps.isBlocked[at] = 1;
      else steps.frames[at] = this.#frames.findIndex((frame) => isHit(frame, from, to, 0));
    }
    return steps;
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
  readonly lengths: Float64Array;
  readonly isBlocked: Uint8Array;
  readonly isNamed: Uint8Array;
  readonly frames: Int32Array;
  readonly taken: Uint16Array;
}

function sorted(values: readonly number[]): number[] {
  return [...new Set(values.map(Math.round))].sort((a, b) => a - b);
}

function isHit({ left, right, top, bottom }: Obstacle, from: Point, to: Point, margin: number): boolean {
  return from.x < right + margin && to.x > left - margin && from.y < bottom + margin && to.y > top - margin;
}

function isBetween(a: Point, b: Point, c: Point): boolean {
  const isClose = (one: number, other: number) => Math.abs(one - other) < 1;
  return (isClose(a.x, b.x) && isClose(b.x, c.x)) || (isClose(a.y, b.y) && isClose(b.y, c.y));
}

/** States by cost, the least first: a binary heap. */
class Queue {
  readonly #states: { readonly state: number; readonly cost: number }[] = [];

  push(state: number, cost: number): void {
    const heap = this.#states;
    let at = heap.push({ state, cost }) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && (heap[parent]?.cost ?? 0) > cost; parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): number | undefined {
    const heap = this.#states;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length === 0) return first.state;
    heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if ((heap[child]?.cost ?? Number.POSITIVE_INFINITY) < (heap[least]?.cost ?? 0)) least = child;
      if (least === at) return first.state;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#states;
    const [one, other] = [heap[a], heap[b]];
    if (one === undefined || other === undefined) return;
    heap[a] = other;
    heap[b] = one;
  }
}
