const SLOT_MS = 20;
const KEPT_MS = 60_000;

/** Requests that have ended, and how many of the last ones in which slot of 20 ms since the epoch. */
export interface LineClockState {
  readonly total: number;
  readonly slots: readonly (readonly [slot: number, count: number])[];
}

/** How many requests had ended by a given time, for the last minute. */
export class LineClock {
  readonly #slots: Map<number, number>;
  #total: number;
  #newestMs = 0;

  constructor({ total, slots }: LineClockState = { total: 0, slots: [] }) {
    this.#total = total;
    this.#slots = new Map(slots);
  }

  get total(): number {
    return this.#total;
  }

  add(endMs: number): void {
    const slot = Math.floor(endMs / SLOT_MS);
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + 1);
    this.#total += 1;
    this.#newestMs = Math.max(this.#newestMs, endMs);
    if (this.#slots.size > (2 * KEPT_MS) / SLOT_MS) this.#forget();
  }

  /** Lines of requests that ended at `atMs` or before; up to 20 ms more. */
  until(atMs: number): number {
    const last = Math.floor(atMs / SLOT_MS);
    let later = 0;
    for (const [slot, count] of this.#slots) if (slot > last) later += count;
    return this.#total - later;
  }

  /** False when lines of that time may have been forgotten: `until` would then say too much. */
  reachesBack(atMs: number): boolean {
    let known = 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (const [slot, count] of this.#slots) {
      known += count;
      oldest = Math.min(oldest, slot);
    }
    return known === this.#total || oldest <= Math.floor(atMs / SLOT_MS);
  }

  /** As it will be with `ends` added; times before `fromMs` will not be asked for again. */
  stateWith(ends: readonly number[], fromMs: number): LineClockState {
    const first = Math.floor(Math.max(fromMs, this.#newestMs - KEPT_MS) / SLOT_MS);
    const slots = new Map([...this.#slots].filter(([slot]) => slot >= first));
    for (const endMs of ends) {
      const slot = Math.floor(endMs / SLOT_MS);
      if (slot >= first) slots.set(slot, (slots.get(slot) ?? 0) + 1);
    }
    return { total: this.#total + ends.length, slots: [...slots] };
  }

  #forget(): void {
    const first = Math.floor((this.#newestMs - KEPT_MS) / SLOT_MS);
    for (const slot of this.#slots.keys()) if (slot < first) this.#slots.delete(slot);
  }
}
