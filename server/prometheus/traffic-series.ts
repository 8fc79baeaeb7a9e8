import type { Matcher } from "#core/promql/matcher.ts";
import { TooManySamples } from "#core/promql/promql-error.ts";
import { METRIC_NAME, type SeriesLabels, seriesLabels, textOfLabels } from "#core/promql/series-labels.ts";
import type { Selection, SourceSeries } from "#core/promql/series-source.ts";
import { LE_BOUNDS, LE_COUNT, WINDOW_MS } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { addToLe } from "#core/telemetry/histogram.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { MetricMeta, SeriesCatalog } from "#server/prometheus/series-catalog.ts";
import type { TrafficFamily } from "#server/prometheus/traffic-families.ts";
import { keptFrom, type Retention } from "#server/telemetry/ports/retention.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import type { TrafficReader } from "#server/telemetry/ports/traffic-reader.ts";

export interface TrafficSeriesOptions {
  readonly traffic: TrafficReader;
  readonly families: readonly TrafficFamily[];
  readonly retention: Pick<Retention, "tiersMs">;
  readonly now: () => number;
  /** Up to when all reports have come in. */
  readonly settledMs: () => number;
}

const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 600_000;
/** Longer ranges are told minute by minute. */
const FINE_MS_MAX = 6 * 3_600_000;
/** A series that was not counted for so long has ended. */
const IDLE_MS = 3_600_000;

/** The parts of a family that are series of their own. */
type Part = "value" | "bucket" | "sum" | "count";

const SUFFIX: Readonly<Record<Part, string>> = { value: "", bucket: "_bucket", sum: "_sum", count: "_count" };
const BOUNDS = [...LE_BOUNDS, Number.POSITIVE_INFINITY];

/** What of a family is asked for, and of which keys. */
interface Wanted {
  readonly family: TrafficFamily;
  readonly parts: readonly Part[];
  readonly labels: ReadonlyMap<TrafficKey, SeriesLabels>;
}

/** Counts of all keys with equal labels, as they grow: each slot's own first, added up in the end. */
interface Grown {
  readonly labels: SeriesLabels;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
  readonly buckets: readonly Float64Array[];
  /** The first sample that there is. */
  first: number;
  isActive: boolean;
}

interface Slots {
  readonly fromMs: number;
  readonly everyMs: number;
  readonly count: number;
}

/** Istio's metrics and those of service graphs, out of stored windows: counters that are known at the end of each window. */
export class TrafficSeries implements SeriesCatalog {
  readonly #options: TrafficSeriesOptions;

  constructor(options: TrafficSeriesOptions) {
    this.#options = options;
  }

  async select(selection: Selection): Promise<readonly SourceSeries[]> {
    const { matchers, samplesMax } = selection;
    const found: SourceSeries[] = [];
    for (const wanted of this.#wanted(matchers)) {
      const slots = this.#slots(selection);
      if (slots.count < 1) continue;
      let left = samplesMax - found.reduce((sum, { timesMs }) => sum + timesMs.length, 0);
      for (const grown of await this.#grow(wanted, slots, left)) {
        for (const series of seriesOf(wanted, grown, slots, matchers)) {
          left -= series.timesMs.length;
          if (left < 0) throw new TooManySamples();
          found.push(series);
        }
      }
    }
    return found;
  }

  *list(matchers: readonly Matcher[]): Generator<SeriesLabels, void, undefined> {
    for (const { family, parts, labels } of this.#wanted(matchers)) {
      const known = new Set<string>();
      for (const each of labels.values()) {
        const text = textOfLabels(each);
        if (known.has(text)) continue;
        known.add(text);
        for (const part of parts) for (const { labels: named } of namesOf(family, part, each, matchers)) yield named;
      }
    }
  }

  *metadata(): Generator<readonly [string, MetricMeta], void, undefined> {
    for (const { name, help, histogram } of this.#options.families)
      yield [name, { type: histogram === undefined ? "counter" : "histogram", help }];
  }

  *#wanted(matchers: readonly Matcher[]): Generator<Wanted, void, undefined> {
    const ofName = matchers.filter(({ name }) => name === METRIC_NAME);
    const ofLabels = matchers.filter(({ name }) => name !== METRIC_NAME && name !== "le");
    for (const family of this.#options.families) {
      const all: readonly Part[] = family.histogram === undefined ? ["value"] : ["bucket", "sum", "count"];
      const parts = all.filter((part) => ofName.every((matcher) => matcher.matches(family.name + SUFFIX[part])));
      if (parts.length === 0) continue;
      const labels = new Map<TrafficKey, SeriesLabels>();
      for (const key of this.#options.traffic.keys()) {
        const record = family.labels(key);
        // Most keys are passed over, and are not put in order first.
        if (record === undefined || !ofLabels.every((each) => each.matches(record[each.name] ?? ""))) continue;
        labels.set(key, seriesLabels(Object.entries(record)));
      }
      if (labels.size > 0) yield { family, parts, labels };
    }
  }

  /** Times of samples: the ends of windows that all have told of. */
  #slots({ fromMs, toMs, stepMs, rangeMs }: Selection): Slots {
    const { traffic, settledMs } = this.#options;
    const wantedMs = rangeMs > 0 ? rangeMs / 5 : stepMs;
    const everyMs = wantedMs >= MINUTE_MS || toMs - fromMs > FINE_MS_MAX ? MINUTE_MS : WINDOW_MS;
    const first = traffic.firstMs();
    if (!Number.isFinite(first)) return { fromMs: 0, everyMs, count: 0 };
    const from = Math.max(fromMs - everyMs, first - TEN_MINUTES_MS);
    const start = Math.floor(from / TEN_MINUTES_MS) * TEN_MINUTES_MS;
    const end = Math.floor(Math.min(toMs, settledMs()) / everyMs) * everyMs;
    return { fromMs: start, everyMs, count: Math.floor((end - start) / everyMs) };
  }

  async #grow({ family, parts, labels }: Wanted, slots: Slots, samplesMax: number): Promise<readonly Grown[]> {
    const { traffic } = this.#options;
    const only = { among: [...labels.keys()] };
    const hasBuckets = parts.includes("bucket");
    const histograms = hasBuckets && family.histogram !== undefined ? [family.histogram] : [];
    // Labels are compared once for each key: rows come by the thousand.
    const texts = new Map(Array.from(labels, ([key, named]) => [key, textOfLabels(named)]));
    if (new Set(texts.values()).size * (slots.count + 1) * (hasBuckets ? LE_COUNT : 1) > samplesMax)
      throw new TooManySamples();
    const idleFrom = Math.max(0, slots.fromMs - IDLE_MS);
    const before = await traffic.sum({ startMs: 0, endMs: idleFrom, histograms }, only);
    const lately = await traffic.sum({ startMs: idleFrom, endMs: slots.fromMs, histograms }, only);
    const range = {
      startMs: slots.fromMs,
      endMs: slots.fromMs + slots.count * slots.everyMs,
      stepMsMax: slots.everyMs,
      histograms,
    };
    const bySlot = await traffic.sumBySlot(range, slots.everyMs, only);
    const all = new Map<string, Grown>();
    const of = (key: TrafficKey): Grown | undefined => {
      const [named, text] = [labels.get(key), texts.get(key)];
      if (named === undefined || text === undefined) return undefined;
      let known = all.get(text);
      if (known === undefined) {
        known = makeGrown(named, slots.count + 1, hasBuckets);
        all.set(text, known);
      }
      return known;
    };
    for (const [rows, isActive] of [
      [before.rows, false],
      [lately.rows, true],
    ] as const)
      for (const row of rows) {
        const grown = of(row.key);
        if (grown === undefined) continue;
        grown.first = 0;
        grown.isActive ||= isActive;
        addRow(grown, row, family, [0, 1]);
      }
    const kept = keptFrom(this.#options.retention, this.#options.now());
    for (const [startMs, rows] of [...bySlot].sort(([a], [b]) => a - b)) {
      const at = Math.round((startMs - slots.fromMs) / slots.everyMs);
      if (at < 0 || at >= slots.count) continue;
      const parts = Math.max(1, lengthAt(startMs, kept) / slots.everyMs);
      for (const row of rows) {
        const grown = of(row.key);
        if (grown === undefined) continue;
        grown.first = Math.min(grown.first, at);
        grown.isActive = true;
        addRow(grown, row, family, [at + 1, parts]);
      }
    }
    return [...all.values()].filter(({ isActive }) => isActive);
  }
}

/** How long the windows are that are still kept of a time: what they count is spread over it. */
function lengthAt(ms: number, kept: ReturnType<typeof keptFrom>): number {
  return (TIERS.find(({ name }) => ms >= kept[name]) ?? TIERS[TIERS.length - 1])?.stepMs ?? WINDOW_MS;
}

function makeGrown(labels: SeriesLabels, samples: number, hasBuckets: boolean): Grown {
  return {
    labels,
    sums: new Float64Array(samples),
    counts: new Float64Array(samples),
    buckets: hasBuckets ? Array.from({ length: LE_COUNT }, () => new Float64Array(samples)) : [],
    first: Number.POSITIVE_INFINITY,
    isActive: false,
  };
}

/** Adds a row to the sample at a place, or in equal parts to so many from there on. */
function addRow(
  { sums, counts, buckets }: Grown,
  row: TrafficRow,
  { figure, histogram }: TrafficFamily,
  [at, parts]: readonly [number, number],
): void {
  const spread = (to: Float64Array, value: number): void => {
    for (let index = at; index < Math.min(at + parts, to.length); index += 1)
      to[index] = (to[index] ?? 0) + value / parts;
  };
  spread(sums, row[figure]);
  spread(counts, row.count);
  if (histogram === undefined || buckets.length === 0) return;
  const own = new Float64Array(LE_COUNT);
  addToLe(own, row[histogram] ?? []);
  for (const [le, value] of own.entries()) if (value > 0) spread(buckets[le] ?? sums, value);
}

function addUp(grown: Float64Array): void {
  for (let index = 1; index < grown.length; index += 1) grown[index] = (grown[index] ?? 0) + (grown[index - 1] ?? 0);
}

/** Names of the series of a part. */
function namesOf(
  { name, unit }: TrafficFamily,
  part: Part,
  labels: SeriesLabels,
  matchers: readonly Matcher[],
): { readonly labels: SeriesLabels; readonly le: number }[] {
  const ofLe = matchers.filter((matcher) => matcher.name === "le");
  const bounds =
    part === "bucket" ? BOUNDS.map((bound) => (Number.isFinite(bound) ? String(bound / unit) : "+Inf")) : [""];
  return bounds.flatMap((le, index) =>
    ofLe.every((matcher) => matcher.matches(le))
      ? [{ labels: seriesLabels([...labels, [METRIC_NAME, name + SUFFIX[part]], ["le", le]]), le: index }]
      : [],
  );
}

function* seriesOf(
  { family, parts }: Wanted,
  { labels, sums, counts, buckets, first }: Grown,
  { fromMs, everyMs, count }: Slots,
  matchers: readonly Matcher[],
): Generator<SourceSeries, void, undefined> {
  const timesMs = Float64Array.from({ length: count + 1 - first }, (_, index) => fromMs + (first + index) * everyMs);
  addUp(sums);
  addUp(counts);
  for (const [le, bucket] of buckets.entries()) {
    addUp(bucket);
    const below = buckets[le - 1];
    if (below !== undefined)
      for (let index = 0; index < bucket.length; index += 1) bucket[index] = (bucket[index] ?? 0) + (below[index] ?? 0);
  }
  for (const part of parts)
    for (const { labels: named, le } of namesOf(family, part, labels, matchers)) {
      const all =
        part === "bucket"
          ? le === LE_BOUNDS.length
            ? counts
            : (buckets[le] ?? counts)
          : part === "count"
            ? counts
            : sums;
      const values = all.subarray(first);
      const isScaled = part !== "bucket" && part !== "count" && family.unit !== 1;
      yield { labels: named, timesMs, values: isScaled ? values.map((value) => value / family.unit) : values };
    }
}
