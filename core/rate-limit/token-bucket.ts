import type { Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";

/** Below what a unit is worth in any limit that can be written; above what doubles lose in times of years. */
const ROUNDING = 1e-6;

/**
 * At most `burst + t * amount / perMs` in any time t: the generic cell rate algorithm (ITU-T I.371), whose state is the time at
 * which the bucket is full again. Charges may come out of order: it then refills later than in order, never earlier.
 */
export class TokenBucket implements Meter {
  readonly #burst: number;
  readonly #perUnitMs: number;
  #fullMs: number;

  constructor({ amount, perMs, burst = amount }: Limit, saved: readonly number[] = []) {
    this.#burst = burst;
    this.#perUnitMs = perMs / amount;
    this.#fullMs = saved[0] ?? -Infinity;
  }

  room(nowMs: number): number {
    return this.#burst - Math.max(0, this.#fullMs - nowMs) / this.#perUnitMs + ROUNDING;
  }

  spend(amount: number, atMs: number): void {
    if (amount > 0) this.#fullMs = Math.max(this.#fullMs, atMs) + amount * this.#perUnitMs;
  }

  waitMs(amount: number, nowMs: number): number {
    if (amount > this.#burst) return Infinity;
    return Math.max(0, (amount - this.room(nowMs)) * this.#perUnitMs);
  }

  isFresh(nowMs: number): boolean {
    return this.#fullMs <= nowMs;
  }

  save(): number[] {
    return this.#fullMs === -Infinity ? [] : [this.#fullMs];
  }
}
