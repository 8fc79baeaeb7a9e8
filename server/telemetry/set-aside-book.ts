import type { SetAsideView } from "#core/view/storage.ts";
import type { SetAside } from "#server/telemetry/ports/set-aside.ts";

/** A sender may have the same fault in every row: the log is told so often. */
const TOLD_EVERY_MS = 60_000;

/** Rows that the store could not hold, since the start. */
export class SetAsideBook {
  readonly #now: () => number;
  readonly #warn: (message: string) => void;
  #newest: SetAsideView | null = null;
  #untold = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number, warn: (message: string) => void) {
    this.#now = now;
    this.#warn = warn;
  }

  /** Null: none. */
  get view(): SetAsideView | null {
    return this.#newest;
  }

  note({ table, rows, why }: SetAside): void {
    const nowMs = this.#now();
    this.#newest = { rows: (this.#newest?.rows ?? 0) + rows, table, why, newestMs: nowMs };
    this.#untold += rows;
    if (nowMs - this.#toldMs < TOLD_EVERY_MS) return;
    this.#warn(
      `the telemetry store cannot hold ${this.#untold} rows that came, and has left them out; of ${table}: ${why}`,
    );
    this.#untold = 0;
    this.#toldMs = nowMs;
  }
}
