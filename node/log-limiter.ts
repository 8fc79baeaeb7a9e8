const EVERY_MS = 60_000;
const KEYS_MAX = 1000;

/** Lets one line a minute of each key into a log or an audit trail: who tries again every second is known from the first. */
export class LogLimiter {
  readonly #keysMax: number;
  readonly #entries = new Map<string, { readonly atMs: number; suppressed: number }>();

  /** Beyond `keysMax` keys all are forgotten, and have a line again. */
  constructor(keysMax = KEYS_MAX) {
    this.#keysMax = keysMax;
  }

  isDue(key: string, nowMs: number): boolean {
    return this.take(key, nowMs) !== undefined;
  }

  /** Where a line is due, how many were not since the last; undefined where none is. */
  take(key: string, nowMs: number): number | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.atMs > nowMs - EVERY_MS) {
      entry.suppressed += 1;
      return undefined;
    }
    if (this.#entries.size >= this.#keysMax) this.#entries.clear();
    this.#entries.set(key, { atMs: nowMs, suppressed: 0 });
    return entry?.suppressed ?? 0;
  }
}
