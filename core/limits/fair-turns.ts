export interface FairTurnsOptions {
  /** Begun and not ended, of one party. */
  readonly perParty: number;
  readonly inSum: number;
}

/** Work that waits; `leave` takes it out as long as it has not begun. */
export interface Waiting {
  /** False: it has begun, and ends when it ends. */
  leave(): boolean;
}

/**
 * So much work at a time, of one party and in sum. What is more waits, and the parties that wait are served in turn: who asks
 * for ten thousand things is in nobody's way but its own.
 */
export class FairTurns {
  readonly #options: FairTurnsOptions;
  /** By rank, the parties that wait, the next first. */
  readonly #waiting: Map<string, Set<() => void>>[] = [];
  readonly #begun = new Map<string, number>();
  #sum = 0;

  constructor(options: FairTurnsOptions) {
    this.#options = options;
  }

  /**
   * Calls `begin` at once, or when there is a turn for it; whoever has begun says so with `end`. What is of a lower rank, from
   * 0, has its turns before all of a higher.
   */
  ask(party: string, begin: () => void, rank = 0): Waiting {
    while (this.#waiting.length <= rank) this.#waiting.push(new Map());
    const parties = this.#waiting[rank] ?? new Map<string, Set<() => void>>();
    const waiting = parties.get(party) ?? new Set();
    waiting.add(begin);
    parties.set(party, waiting);
    this.#serve();
    return {
      leave: () => {
        if (!waiting.delete(begin)) return false;
        if (waiting.size === 0 && parties.get(party) === waiting) parties.delete(party);
        return true;
      },
    };
  }

  end(party: string): void {
    const left = (this.#begun.get(party) ?? 0) - 1;
    if (left > 0) this.#begun.set(party, left);
    else this.#begun.delete(party);
    this.#sum -= 1;
    this.#serve();
  }

  #serve(): void {
    for (const parties of this.#waiting) this.#serveRank(parties);
  }

  #serveRank(parties: Map<string, Set<() => void>>): void {
    const { perParty, inSum } = this.#options;
    // Whoever is served goes to the end, where this loop meets it again.
    for (const [party, waiting] of parties) {
      if (this.#sum >= inSum) return;
      const begun = this.#begun.get(party) ?? 0;
      if (begun >= perParty) continue;
      parties.delete(party);
      const [next] = waiting;
      if (next === undefined) continue;
      waiting.delete(next);
      if (waiting.size > 0) parties.set(party, waiting);
      this.#begun.set(party, begun + 1);
      this.#sum += 1;
      next();
    }
  }
}
