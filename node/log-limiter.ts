const EVERY_MS = 60_000;
const KEYS_MAX = 1000;

/** Says of each key once a minute that it is worth a line: who tries again every second is known from the first one. */
export class LogLimiter {
  readonly #at = new Map<string, number>();

  isDue(key: string, nowMs: number): boolean {
    if ((this.#at.get(key) ?? -Infinity) > nowMs - EVERY_MS) return false;
    if (this.#at.size >= KEYS_MAX) this.#at.clear();
    this.#at.set(key, nowMs);
    return true;
  }
}
