import type { Refused } from "#core/limits/limit-book.ts";

const EVERY_MS = 1000;
/** Beyond this many parties in that time the rest is told of as one. */
const PARTIES_MAX = 100;

/** Sums what limits refuse for a second, so that who is refused costs the other thread one message. */
export class RefusalSums {
  readonly #tell: (refused: readonly Refused[]) => void;
  #sums = new Map<string, { readonly limit: string; readonly party: string; count: number }>();

  constructor(tell: (refused: readonly Refused[]) => void) {
    this.#tell = tell;
  }

  add(limit: string, party: string): void {
    if (this.#sums.size === 0) setTimeout(() => this.#flush(), EVERY_MS).unref();
    const own = JSON.stringify([limit, party]);
    const isOne = this.#sums.size < PARTIES_MAX || this.#sums.has(own);
    const key = isOne ? own : JSON.stringify([limit]);
    const sum = this.#sums.get(key) ?? { limit, party: isOne ? party : "others", count: 0 };
    sum.count += 1;
    this.#sums.set(key, sum);
  }

  #flush(): void {
    const sums = this.#sums;
    this.#sums = new Map();
    this.#tell([...sums.values()]);
  }
}
