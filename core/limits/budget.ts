export interface BudgetOptions {
  /** What is counted, in words: "bytes in flight". */
  readonly name: string;
  readonly perParty: number;
  readonly inSum: number;
  /** Told whenever somebody is refused. */
  readonly onRefused: (name: string, party: string) => void;
}

/** The part of the sum that is kept for those who hold little. */
const RESERVE = 1 / 4;
/** What a party may hold once the rest is taken, of what is then still free. */
const SMALL = 1 / 16;

/**
 * How much of something there may be at a time, of one party and in sum: one that takes all it may leaves the others theirs.
 * What is taken cannot be taken back, so the last quarter is not for those who hold much: each party takes at most a sixteenth of
 * what stays free. A few that take all they may keep nobody out who asks for little.
 */
export class Budget {
  readonly #options: BudgetOptions;
  readonly #used = new Map<string, number>();
  #sum = 0;

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  get sum(): number {
    return this.#sum;
  }

  /** False when it would be too much, and then nothing was taken. What was taken is given back with `give`. */
  take(party: string, amount: number): boolean {
    const { name, perParty, inSum, onRefused } = this.#options;
    const used = this.#used.get(party) ?? 0;
    const free = inSum - this.#sum - amount;
    const share = free >= inSum * RESERVE ? perParty : Math.min(perParty, free * SMALL);
    if (used + amount > share) {
      onRefused(name, party);
      return false;
    }
    this.#used.set(party, used + amount);
    this.#sum += amount;
    return true;
  }

  give(party: string, amount: number): void {
    const left = (this.#used.get(party) ?? 0) - amount;
    if (left > 0) this.#used.set(party, left);
    else this.#used.delete(party);
    this.#sum = Math.max(0, this.#sum - amount);
  }
}
