import type { Health } from "#core/graph/graph.ts";
import type { TimeRange } from "#server/services/dependencies.ts";
import type { HealthStore } from "#server/watch/health-store.ts";

export interface HealthWatchOptions {
  readonly store: HealthStore;
  readonly judge: (range: TimeRange) => Promise<ReadonlyMap<string, Health>>;
  /** Up to when all reports have come in. */
  readonly settledMs: () => number;
}

const HEALTH_STEP_MS = 60_000;
/** Health is of so long a time. */
export const HEALTH_MS = 5 * 60_000;
/** What was not judged while the server was down; from before, nobody asks how it was. */
const CAUGHT_UP_MS = 60 * 60_000;
const KEPT_MS = 30 * 24 * 3_600_000;

/** Judges the health of all, each minute of the five before it, and keeps it. Minutes in which the server was down are made up for. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  /** Judges what is due. */
  async run(isClosed: () => boolean = () => false): Promise<void> {
    const { store, judge, settledMs } = this.#options;
    const dueMs = Math.floor(settledMs() / HEALTH_STEP_MS) * HEALTH_STEP_MS;
    const fromMs = Math.max(store.judgedMs, dueMs - CAUGHT_UP_MS);
    for (let atMs = fromMs + HEALTH_STEP_MS; atMs <= dueMs; atMs += HEALTH_STEP_MS) {
      if (isClosed()) return;
      store.add(atMs, HEALTH_STEP_MS, await judge({ startMs: atMs - HEALTH_MS, endMs: atMs }));
    }
    store.dropBefore(dueMs - KEPT_MS);
  }
}
