export interface BudgetOptions {
  /** What is counted, in words: "bytes in flight". */
  readonly name: string;
  readonly perParty: number;
  readonly inSum: number;
  /** Told whenever somebody is refused. */
  readonly onRefused: (name: string, party: string) => void;
}

/** How much of something there may be at a time, of one party and in sum: one that takes all it may leaves the others theirs. */
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
    if (used + amount > perParty || this.#sum + amount > inSum) {
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
