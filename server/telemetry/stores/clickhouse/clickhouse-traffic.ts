import type { DimensionName, TrafficKey } from "#core/telemetry/dimensions.ts";
import { keptFrom, type Retention } from "#server/telemetry/ports/retention.ts";
import type { LabelFilter, TrafficRange, TrafficReader } from "#server/telemetry/ports/traffic-reader.ts";
import type { ClickhouseDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { countBySlot, sumWindows, type WindowQuestion } from "#server/telemetry/stores/clickhouse/read-traffic.ts";
import { planRange } from "#server/telemetry/stores/plan-range.ts";

export interface ClickhouseTrafficOptions {
  readonly database: ClickhouseDatabase;
  readonly retention: Retention;
  readonly now: () => number;
}

/** Windows, from the tiers that tell of a range with the fewest rows; ClickHouse adds them up. */
export class ClickhouseTraffic implements TrafficReader {
  readonly #options: ClickhouseTrafficOptions;

  constructor(options: ClickhouseTrafficOptions) {
    this.#options = options;
  }

  keys(): Iterable<TrafficKey> {
    return this.#options.database.opened?.beside.keys.keys() ?? [];
  }

  firstMs(): number {
    return this.#options.database.opened?.beside.firstMs ?? Number.POSITIVE_INFINITY;
  }

  async sum(range: TrafficRange, only?: LabelFilter): ReturnType<TrafficReader["sum"]> {
    const question = await this.#ask(range);
    const ids = only === undefined ? undefined : question.keys.matching(only);
    const slots = await sumWindows(question, { histograms: range.histograms, ids });
    return { startMs: question.plan.startMs, rows: slots.get(0) ?? [] };
  }

  async sumBySlot(range: TrafficRange, stepMs: number, only: LabelFilter): ReturnType<TrafficReader["sumBySlot"]> {
    const question = await this.#ask(range);
    return sumWindows(question, { stepMs, histograms: range.histograms, ids: question.keys.matching(only) });
  }

  async countBySlot(
    range: TrafficRange,
    stepMs: number,
    by: DimensionName,
    only: LabelFilter,
  ): ReturnType<TrafficReader["countBySlot"]> {
    return countBySlot(await this.#ask(range), stepMs, by, only);
  }

  async #ask(range: TrafficRange): Promise<WindowQuestion> {
    const { database, retention, now } = this.#options;
    const { client, book, beside } = await database.open();
    const plan = planRange(range, { rolledMs: beside.rolled, keptFromMs: keptFrom(retention, now()) });
    return { client, keys: beside.keys, plan, visible: book.visible() };
  }
}
