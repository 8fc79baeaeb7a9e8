import type { DimensionName, TrafficKey } from "#core/telemetry/dimensions.ts";
import { keptFrom, type Retention } from "#server/telemetry/ports/retention.ts";
import type { LabelFilter, TrafficRange, TrafficReader } from "#server/telemetry/ports/traffic-reader.ts";
import type { DuckdbFile } from "#server/telemetry/stores/duckdb/duckdb-file.ts";
import { countBySlot, sumAll, sumByKey, sumBySlot } from "#server/telemetry/stores/duckdb/read-traffic.ts";
import type { WindowCache } from "#server/telemetry/stores/duckdb/window-cache.ts";
import type { KeyNumbers } from "#server/telemetry/stores/key-numbers.ts";
import { planRange, type RangePlan } from "#server/telemetry/stores/plan-range.ts";
import type { Rolled } from "#server/telemetry/stores/rolled.ts";

export interface DuckdbTrafficOptions {
  readonly file: Pick<DuckdbFile, "read">;
  /** Of the file that is open by now. */
  readonly beside: () => {
    readonly keys: KeyNumbers;
    readonly rolled: Rolled;
    readonly firstMs: number;
    readonly windows: WindowCache;
  };
  readonly retention: Retention;
  readonly now: () => number;
}

/** Windows of the file, from the tiers that tell of a range with the fewest rows. */
export class DuckdbTraffic implements TrafficReader {
  readonly #options: DuckdbTrafficOptions;

  constructor(options: DuckdbTrafficOptions) {
    this.#options = options;
  }

  keys(): Iterable<TrafficKey> {
    return this.#options.beside().keys.keys();
  }

  firstMs(): number {
    return this.#options.beside().firstMs;
  }

  async sum(range: TrafficRange, only?: LabelFilter): ReturnType<TrafficReader["sum"]> {
    const { file, beside } = this.#options;
    // Within the question: a file that has to be opened again has other numbers.
    return file.read(async (reader) => {
      const { keys, windows } = beside();
      const plan = this.#plan(range);
      const rows =
        only === undefined
          ? await sumAll(reader, keys, windows, plan, range.histograms)
          : await sumByKey(reader, keys, plan, range.histograms, keys.matching(only));
      return { startMs: plan.startMs, rows };
    }, "short");
  }

  sumBySlot(range: TrafficRange, stepMs: number, only: LabelFilter): ReturnType<TrafficReader["sumBySlot"]> {
    const { file, beside } = this.#options;
    return file.read((reader) => {
      const { keys } = beside();
      return sumBySlot(reader, keys, this.#plan(range), stepMs, range.histograms, keys.matching(only));
    });
  }

  countBySlot(
    range: TrafficRange,
    stepMs: number,
    by: DimensionName,
    only: LabelFilter,
  ): ReturnType<TrafficReader["countBySlot"]> {
    const { file, beside } = this.#options;
    return file.read((reader) => countBySlot(reader, beside().keys, this.#plan(range), stepMs, by, only));
  }

  #plan(range: TrafficRange): RangePlan {
    const { beside, retention, now } = this.#options;
    return planRange(range, { rolledMs: beside().rolled, keptFromMs: keptFrom(retention, now()) });
  }
}
