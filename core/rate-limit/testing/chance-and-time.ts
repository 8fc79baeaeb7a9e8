interface Event {
  readonly atMs: number;
  readonly run: () => void;
}

/** Time, and what happens by chance: the same for the same seed. */
export class ChanceAndTime {
  readonly random: () => number;
  #nowMs = 0;
  /** In the order in which they happen; of one moment, in which they were planned. */
  readonly #events: Event[] = [];

  constructor(seed: number) {
    this.random = mulberry32(seed);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  at(inMs: number, run: () => void): void {
    const event = { atMs: this.#nowMs + inMs, run };
    const next = this.#events.findLastIndex(({ atMs }) => atMs <= event.atMs) + 1;
    this.#events.splice(next, 0, event);
  }

  /** Lets so much time go by, and what was planned for it happen. */
  pass(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let [next] = this.#events; next !== undefined && next.atMs <= endMs; [next] = this.#events) {
      this.#events.shift();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random() * list.length)];
  }

  /** To one of the whole numbers beside it, in the mean to itself. */
  round(value: number): number {
    return Math.floor(value) + (this.random() < value % 1 ? 1 : 0);
  }
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
