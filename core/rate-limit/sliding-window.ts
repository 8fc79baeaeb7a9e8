import type { Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";

/** Uses of one part of a window are kept as one, which leaves it when the last of them does: late by less than this part. */
const PARTS = 128;
/** Units of one part: more than any limit has. */
const PART_MOST = Number.MAX_SAFE_INTEGER;

/** At most `amount` in any window of `perMs`, exactly: never more, and less by what one part holds. Memory: `PARTS` pairs at most. */
export class SlidingWindow implements Meter {
  readonly #limit: Limit;
  /** Pairs of time and units, the oldest first. */
  #pairs: number[];
  #sum = 0;

  constructor(limit: Limit, saved: readonly number[] = []) {
    this.#limit = limit;
    this.#pairs = [...saved];
    this.#sum = this.#count();
  }

  room(nowMs: number): number {
    this.#forget(nowMs);
    return this.#limit.amount - this.#sum;
  }

  spend(units: number, atMs: number, nowMs: number): void {
    if (!(units > 0) || atMs <= nowMs - this.#limit.perMs) return;
    const isExact = this.#isExact();
    let amount = Math.min(units, PART_MOST);
    const pairs = this.#pairs;
    let end = pairs.length;
    while (end > 0 && this.#partOf(pairs[end - 2]) > this.#partOf(atMs)) end -= 2;
    if (end > 0 && this.#partOf(pairs[end - 2]) === this.#partOf(atMs)) {
      pairs[end - 2] = Math.max(pairs[end - 2] ?? 0, atMs);
      const before = pairs[end - 1] ?? 0;
      amount = Math.max(0, Math.min(amount, PART_MOST - before));
      pairs[end - 1] = before + amount;
    } else if (pairs.length === 0) this.#pairs = [atMs, amount];
    else pairs.splice(end, 0, atMs, amount);
    this.#sum = isExact ? this.#sum + amount : this.#count();
    this.#forget(nowMs);
  }

  /** Takes back what was charged, the latest of what is not later than `atMs` first. */
  refund(units: number, atMs: number): void {
    const isExact = this.#isExact();
    let left = units;
    for (let at = this.#pairs.length - 2; at >= 0 && left > 0; at -= 2) {
      if (this.#partOf(this.#pairs[at]) > this.#partOf(atMs)) continue;
      const amount = Math.min(left, this.#pairs[at + 1] ?? 0);
      this.#pairs[at + 1] = (this.#pairs[at + 1] ?? 0) - amount;
      this.#sum -= amount;
      left -= amount;
    }
    if (!isExact) this.#sum = this.#count();
  }

  clear(): void {
    this.#pairs = [];
    this.#sum = 0;
  }

  waitMs(amount: number, nowMs: number): number {
    if (amount > this.#limit.amount) return Infinity;
    let room = this.room(nowMs);
    for (let at = 0; room < amount && at < this.#pairs.length; at += 2) {
      room += this.#pairs[at + 1] ?? 0;
      if (room >= amount) return (this.#pairs[at] ?? 0) + this.#limit.perMs - nowMs;
    }
    return 0;
  }

  isFresh(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#pairs.length === 0;
  }

  save(): number[] {
    return [...this.#pairs];
  }

  #partOf(timeMs = 0): number {
    return Math.floor((timeMs * PARTS) / this.#limit.perMs);
  }

  #forget(nowMs: number): void {
    const isExact = this.#isExact();
    let gone = 0;
    while (gone < this.#pairs.length && (this.#pairs[gone] ?? 0) <= nowMs - this.#limit.perMs) {
      this.#sum -= this.#pairs[gone + 1] ?? 0;
      gone += 2;
    }
    if (gone === 0) return;
    this.#pairs = this.#pairs.slice(gone);
    if (!isExact) this.#sum = this.#count();
  }

  /** Sums above that are rounded, and more than any limit: what is left of one is counted anew. */
  #isExact(): boolean {
    return this.#sum <= Number.MAX_SAFE_INTEGER;
  }

  #count(): number {
    let sum = 0;
    for (let at = 1; at < this.#pairs.length; at += 2) sum += this.#pairs[at] ?? 0;
    return sum;
  }
}
