import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { Retention } from "#server/telemetry/ports/retention.ts";
import type { StoreUpkeep } from "#server/telemetry/ports/store-upkeep.ts";

export interface TelemetryUpkeepOptions {
  readonly store: StoreUpkeep;
  readonly now: () => number;
  readonly retention: Pick<Retention, "bytesMax">;
  /** On every run. */
  readonly onRun: () => void;
  /** Told of labels that no window has any more. */
  readonly onDropped: (keys: readonly TrafficKey[]) => void;
}

const RETAIN_EVERY_MS = 10 * 60_000;
/** Spans and samples live at least this part of their life, however full the store is. */
const SHRINK_MAX = 0.99;

/** Rolls up, applies retention and the bound on size: when it is time. */
export class TelemetryUpkeep {
  readonly #options: TelemetryUpkeepOptions;
  #retainedAt = 0;
  #shrink = 0;
  #running: Promise<void> | undefined;

  constructor(options: TelemetryUpkeepOptions) {
    this.#options = options;
  }

  /** One at a time: asked again meanwhile, it answers with the one under way. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { store, retention, onRun, onDropped } = this.#options;
    const { bytesMax } = retention;
    const now = this.#options.now();
    await store.rollUp(now);
    onRun();
    if (now - this.#retainedAt < RETAIN_EVERY_MS) return;
    this.#retainedAt = now;
    const bytes = await store.usedBytes();
    this.#shrink =
      bytes > bytesMax ? Math.min(SHRINK_MAX, this.#shrink + (1 - this.#shrink) / 4) : Math.max(0, this.#shrink - 0.05);
    onDropped(await store.dropOld(now, this.#shrink));
    await store.compact();
  }
}
