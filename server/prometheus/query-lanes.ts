import { PharosError } from "#core/errors.ts";
import { FairTurns } from "#core/limits/fair-turns.ts";
import { PromqlError, TooManySamples } from "#core/promql/promql-error.ts";

/** Values that one query may hold: about 200 MB. */
export const SAMPLES_MAX = 12_000_000;
/** Those of each query that is evaluated beside others; one that needs more is evaluated where there is one at a time. */
const SAMPLES_BESIDE = 1_000_000;
/** Queries that are evaluated beside each other, and those that may wait. */
const BESIDE_MAX = 4;
/** Of one account: what one asks for is in no other's way. */
const WAITING_MAX = 100;

/**
 * Turns of queries, account by account. All that are evaluated at a moment hold no more than the largest one may, and a million values
 * each beside it. What a query holds is known once it is evaluated: a large one is begun again, with room.
 */
export class QueryLanes {
  readonly #beside = new FairTurns({ perParty: BESIDE_MAX, inSum: BESIDE_MAX });
  readonly #alone = new FairTurns({ perParty: 1, inSum: 1 });
  readonly #waiting = new Map<string, number>();

  /** `work` may be called twice. */
  async run<T>(account: string, work: (samplesMax: number) => Promise<T>): Promise<T> {
    try {
      return await this.#in(this.#beside, account, () => work(SAMPLES_BESIDE));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
    }
    return this.#in(this.#alone, account, () => work(SAMPLES_MAX));
  }

  async #in<T>(turns: FairTurns, account: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(account) ?? 0;
    if (waiting >= WAITING_MAX) throw new PromqlError("timeout", `${WAITING_MAX} queries wait already`);
    this.#waiting.set(account, waiting + 1);
    await new Promise<void>((begin) =>
      turns.ask(account, () => {
        const left = (this.#waiting.get(account) ?? 1) - 1;
        if (left === 0) this.#waiting.delete(account);
        else this.#waiting.set(account, left);
        begin();
      }),
    );
    try {
      return await work();
    } finally {
      turns.end(account);
    }
  }
}

/** As evaluation says it, and as a store does. */
function isTooLarge(error: unknown): boolean {
  return error instanceof TooManySamples || (error instanceof PharosError && error.code === "exhausted");
}
