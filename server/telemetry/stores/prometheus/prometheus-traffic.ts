import type { DimensionName, TrafficKey } from "#core/telemetry/dimensions.ts";
import { NO_HISTOGRAM } from "#core/telemetry/histogram.ts";
import type { HistogramName, TrafficRow } from "#core/telemetry/traffic.ts";
import { textOfKey } from "#core/telemetry/traffic-key.ts";
import type { LabelFilter, TrafficRange, TrafficReader } from "#server/telemetry/ports/traffic-reader.ts";
import { type CumulativeCount, histogramOfBuckets } from "#server/telemetry/stores/prometheus/histogram-of-buckets.ts";
import { keyOfLabels } from "#server/telemetry/stores/prometheus/key-of-labels.ts";
import type { PrometheusClient, QueriedSeries } from "#server/telemetry/stores/prometheus/prometheus-client.ts";
import {
  BUCKETS,
  FAMILIES,
  increaseOf,
  matchersOf,
  type SumName,
} from "#server/telemetry/stores/prometheus/traffic-expressions.ts";

export interface PrometheusTrafficOptions {
  readonly client: Pick<PrometheusClient, "instant" | "range">;
  /** How often Prometheus looks at a proxy: a counter's growth needs two looks at least. */
  readonly scrapeIntervalMs: number;
  readonly now: () => number;
}

/** From a moment on, and what is before it: at the ends of a range, or of each slot. */
type Ask = (query: string) => Promise<readonly QueriedSeries[]>;
/** When → key → row. */
type RowsAt = Map<number, Map<TrafficKey, MutableRow>>;
type MutableRow = { -readonly [Name in keyof TrafficRow]: TrafficRow[Name] };

/** Growth over less would mostly be none: two looks, and one that is late. */
const LOOKS = 4;
const DAY_MS = 24 * 3_600_000;
/** Labels that were not seen for so long are no longer known. */
const KNOWN_MS = DAY_MS;
/** Of a Prometheus whose labels never come again. */
const KEYS_MAX = 500_000;
/** How long ago the first series are looked for. */
const FIRST_MS = 30 * DAY_MS;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Traffic as a Prometheus has it under the names of Istio's metrics: that of a mesh which is there already is drawn as it is. Counts are
 * the increases that PromQL extrapolates, and so not whole numbers, as everywhere that Prometheus is asked.
 */
export class PrometheusTraffic implements TrafficReader {
  readonly #client: PrometheusTrafficOptions["client"];
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #keys = new Map<string, { readonly key: TrafficKey; seenMs: number }>();
  #firstMs = Number.POSITIVE_INFINITY;

  constructor({ client, scrapeIntervalMs, now }: PrometheusTrafficOptions) {
    this.#client = client;
    this.#windowMs = LOOKS * scrapeIntervalMs;
    this.#now = now;
  }

  /** Those of a day. */
  *keys(): Iterable<TrafficKey> {
    for (const { key } of this.#keys.values()) yield key;
  }

  firstMs(): number {
    return this.#firstMs;
  }

  /** Looks who is there and since when. To be called now and then. */
  async refresh(): Promise<void> {
    const now = this.#now();
    for (const [text, { seenMs }] of this.#keys) if (seenMs < now - KNOWN_MS) this.#keys.delete(text);
    await this.sum({ startMs: now - HOUR_MS, endMs: now, histograms: [] });
    if (this.#firstMs === Number.POSITIVE_INFINITY) this.#firstMs = await this.#findFirst(now);
  }

  async sum(
    { startMs, endMs, histograms = ["durations"] }: TrafficRange,
    only?: LabelFilter,
  ): ReturnType<TrafficReader["sum"]> {
    const spanMs = Math.max(endMs - startMs, 1);
    const rows = await this.#read((query) => this.#client.instant(query, endMs), spanMs, histograms, only);
    return { startMs, rows: [...(rows.get(endMs)?.values() ?? [])] };
  }

  async sumBySlot(
    range: TrafficRange,
    stepMs: number,
    only: LabelFilter,
  ): Promise<ReadonlyMap<number, readonly TrafficRow[]>> {
    const rows = await this.#read(this.#bySlot(range, stepMs), stepMs, range.histograms ?? ["durations"], only);
    return new Map([...rows].map(([endMs, of]) => [endMs - stepMs, [...of.values()]]));
  }

  async countBySlot(
    range: TrafficRange,
    stepMs: number,
    by: DimensionName,
    only: LabelFilter,
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    const counts = new Map<string, Map<number, number>>();
    for (const [startMs, rows] of await this.sumBySlot({ ...range, histograms: [] }, stepMs, only))
      for (const { key, count } of rows) {
        const value = String(key[by]);
        const slots = counts.get(value) ?? new Map<number, number>();
        counts.set(value, slots.set(startMs, (slots.get(startMs) ?? 0) + count));
      }
    return counts;
  }

  /** The end of each slot of a range. */
  #bySlot({ startMs, endMs }: TrafficRange, stepMs: number): Ask {
    const first = Math.floor(startMs / stepMs) * stepMs + stepMs;
    const last = Math.ceil(endMs / stepMs) * stepMs;
    return (query) => this.#client.range(query, first, Math.max(first, last), stepMs);
  }

  async #read(ask: Ask, spanMs: number, histograms: readonly HistogramName[], only?: LabelFilter): Promise<RowsAt> {
    const rows: RowsAt = new Map();
    const isMeant = meant(only);
    const windowMs = Math.max(spanMs, this.#windowMs);
    const seconds = Math.ceil(windowMs / 1000);
    // What grew in a longer time than is asked for counts by its share.
    const share = spanMs / (seconds * 1000);
    const matchers = only === undefined ? "" : matchersOf(only);
    const sums = FAMILIES.map(async ({ metric, sum }) => {
      for (const { labels, points } of await ask(increaseOf(metric, seconds, matchers)))
        this.#add(rows, labels, points, isMeant, (row, value) => {
          row[sum] += value * share;
        });
    });
    await Promise.all(sums);
    await Promise.all(
      histograms.map(async (name) => {
        const counts = new Map<MutableRow, CumulativeCount[]>();
        for (const { labels, points } of await ask(increaseOf(BUCKETS[name], seconds, matchers, { le: true })))
          this.#add(rows, labels, points, isMeant, (row, value) => {
            const of = counts.get(row) ?? [];
            of.push([Number(labels.le), value * share]);
            counts.set(row, of);
          });
        for (const [row, of] of counts) row[name] = histogramOfBuckets(of);
      }),
    );
    return rows;
  }

  #add(
    rows: RowsAt,
    labels: QueriedSeries["labels"],
    points: QueriedSeries["points"],
    isMeant: (key: TrafficKey) => boolean,
    add: (row: MutableRow, value: number) => void,
  ): void {
    const key = this.#known(keyOfLabels(labels));
    if (!isMeant(key)) return;
    for (const [atMs, value] of points) {
      const at = rows.get(atMs) ?? new Map<TrafficKey, MutableRow>();
      rows.set(atMs, at);
      const row = at.get(key) ?? emptyRow(key);
      at.set(key, row);
      add(row, value);
    }
  }

  /** One object for equal labels. */
  #known(key: TrafficKey): TrafficKey {
    const text = textOfKey(key);
    const known = this.#keys.get(text);
    if (known === undefined) {
      // The one that was heard of first gives way.
      if (this.#keys.size >= KEYS_MAX) for (const first of this.#keys.keys().take(1)) this.#keys.delete(first);
      this.#keys.set(text, { key, seenMs: this.#now() });
    } else known.seenMs = this.#now();
    return known?.key ?? key;
  }

  /** To the minute; Infinity where nothing was ever counted. */
  async #findFirst(now: number): Promise<number> {
    const { metric } = FAMILIES[0] ?? { metric: "" };
    const query = `count({__name__=~"${metric}|${FAMILIES.at(-1)?.metric ?? ""}"})`;
    const from = Math.floor((now - FIRST_MS) / HOUR_MS) * HOUR_MS;
    const [hours] = await this.#client.range(query, from, now, HOUR_MS);
    const hour = hours?.points[0]?.[0] ?? Math.floor(now / MINUTE_MS) * MINUTE_MS;
    const [minutes] = await this.#client.range(query, hour - HOUR_MS, Math.min(hour, now), MINUTE_MS);
    return minutes?.points[0]?.[0] ?? hours?.points[0]?.[0] ?? Number.POSITIVE_INFINITY;
  }
}

function emptyRow(key: TrafficKey): MutableRow {
  const sums: Record<SumName, number> = { count: 0, opened: 0, durationSumMs: 0, requestBytes: 0, responseBytes: 0 };
  return { key, ...sums, durations: NO_HISTOGRAM };
}

function meant(only?: LabelFilter): (key: TrafficKey) => boolean {
  if (only === undefined) return () => true;
  const { having, among } = only;
  if (having === undefined && among === undefined) return () => false;
  const names = Object.keys(having ?? {}) as DimensionName[];
  const listed = among === undefined ? undefined : new Set(among);
  return (key) => (listed === undefined || listed.has(key)) && names.every((name) => key[name] === having?.[name]);
}
