import type { Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";

/** Below a unit, above what is lost when fractions of units are added up. */
const ROUNDING = 1e-6;
/** Above it parts of a unit are rounded by more than that: then it lacks whole units, and one besides. */
const FINE_MOST = 2 ** 33;

/**
 * At most `burst + t * amount / perMs` in any time t: the generic cell rate algorithm (ITU-T I.371), in the form that keeps what
 * the bucket lacks rather than the time at which it is full, for which large rates are too fine. Charges may come out of order:
 * it then refills later than in order, never earlier.
 */
export class TokenBucket implements Meter {
  readonly #burst: number;
  readonly #perMs: number;
  /** Charges make it lack no more: one that is a full bucket and an amount behind is as empty as can be. */
  readonly #lackMost: number;
  /** Units that it lacked at `#atMs`. */
  #lack: number;
  #atMs: number;

  constructor({ amount, perMs, burst = amount }: Limit, saved: readonly number[] = []) {
    this.#burst = burst;
    this.#perMs = amount / perMs;
    this.#lackMost = burst + amount;
    this.#lack = saved[0] ?? 0;
    this.#atMs = saved[1] ?? 0;
  }

  room(nowMs: number): number {
    return this.#burst - this.#lackAt(nowMs) + ROUNDING;
  }

  spend(amount: number, atMs: number): void {
    if (!(amount > 0)) return;
    if (atMs > this.#atMs) {
      this.#lack = this.#lackAt(atMs);
      this.#atMs = atMs;
    }
    this.#lack = Math.max(this.#lack, Math.min(this.#lackMost, this.#lack + amount));
  }

  waitMs(amount: number, nowMs: number): number {
    if (amount > this.#burst) return Infinity;
    return Math.max(0, (amount - this.room(nowMs)) / this.#perMs);
  }

  isFresh(nowMs: number): boolean {
    return this.#lackAt(nowMs) === 0;
  }

  save(): number[] {
    return [this.#lack, this.#atMs];
  }

  /** Before the last charge it lacks as much: what was charged for a later time lacks already. */
  #lackAt(timeMs: number): number {
    const passedMs = Math.max(0, timeMs - this.#atMs);
    if (passedMs === 0) return this.#lack;
    const lack = this.#lack - passedMs * this.#perMs;
    return lack > FINE_MOST ? Math.ceil(lack) + 1 : Math.max(0, lack);
  }
}
