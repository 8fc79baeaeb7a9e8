import type { Sums } from "#core/objectives/counter.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** So long back minutes are told apart: as long as the longest window that is looked at to the minute. */
export const FINE_MS = 6 * HOUR_MS;

/**
 * What was counted, by minutes of the last hours and by whole hours before them. Sums of longer windows than are told by minutes begin
 * with a whole hour.
 */
export class SlotSums {
  readonly #minutes = new Map<number, Sums>();
  readonly #hours = new Map<number, Sums>();

  /** Replaces what is known of one slot. */
  setMinute(atMs: number, sums: Sums | undefined): void {
    set(this.#minutes, atMs, sums);
  }

  setHour(atMs: number, sums: Sums | undefined): void {
    set(this.#hours, atMs, sums);
  }

  /** Hours before `fineMs` are made of their minutes, and what is before `fromMs` is forgotten. Both are whole hours. */
  roll(fineMs: number, fromMs: number): void {
    for (const [atMs, { total, bad }] of this.#minutes) {
      if (atMs >= fineMs) continue;
      const hourMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
      const hour = this.#hours.get(hourMs) ?? { total: 0, bad: 0 };
      this.#hours.set(hourMs, { total: hour.total + total, bad: hour.bad + bad });
      this.#minutes.delete(atMs);
    }
    for (const atMs of this.#hours.keys()) if (atMs < fromMs) this.#hours.delete(atMs);
  }

  /** Of the slots that begin from `fromMs` on, and before `toMs`. */
  between(fromMs: number, toMs: number): Sums {
    let [total, bad] = [0, 0];
    for (const slots of [this.#minutes, this.#hours])
      for (const [atMs, sums] of slots) {
        if (atMs < fromMs || atMs >= toMs) continue;
        total += sums.total;
        bad += sums.bad;
      }
    return { total, bad };
  }
}

function set(slots: Map<number, Sums>, atMs: number, sums: Sums | undefined): void {
  if (sums === undefined) slots.delete(atMs);
  else slots.set(atMs, sums);
}
