const SLOT_MS = 20;
const KEPT_MS = 60_000;

/** How many requests had ended by a given time, for the last minute. */
export class LineClock {
  readonly #slots = new Map<number, number>();
  #total: number;
  #newestMs = 0;

  constructor(total: number) {
    this.#total = total;
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

  #forget(): void {
    const first = Math.floor((this.#newestMs - KEPT_MS) / SLOT_MS);
    for (const slot of this.#slots.keys()) if (slot < first) this.#slots.delete(slot);
  }
}
