const DAY_MS = 24 * 3600 * 1000;
const PARTIES_MAX = 1000;
/** DNS has none longer; a workload's label is four of them at most. */
const CHARS_MAX = 1024;

/**
 * Which names that somebody chooses are counted under themselves: of each party the first so many of a day. What else it
 * says is told to be folded into "unknown", so that nobody makes an agent count without end.
 */
export class NameBudget {
  readonly #namesMax: number;
  readonly #now: () => number;
  #names = new Map<string, Set<string>>();
  #sinceMs: number;

  constructor(namesMax: number, now: () => number = Date.now) {
    this.#namesMax = namesMax;
    this.#now = now;
    this.#sinceMs = now();
  }

  /** `party`: who says it; "" for those who have shown nothing. */
  admits(name: string, party = ""): boolean {
    if (name.length > CHARS_MAX) return false;
    if (this.#now() - this.#sinceMs >= DAY_MS) {
      this.#names = new Map();
      this.#sinceMs = this.#now();
    }
    const names = this.#names.get(party);
    if (names === undefined) {
      if (this.#names.size >= PARTIES_MAX || this.#namesMax === 0) return false;
      this.#names.set(party, new Set([name]));
      return true;
    }
    if (names.has(name)) return true;
    if (names.size >= this.#namesMax) return false;
    names.add(name);
    return true;
  }
}
