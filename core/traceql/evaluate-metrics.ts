import { PharosError } from "#core/errors.ts";
import type { Trace } from "#core/telemetry/trace.ts";
import { evaluateTraceQl, fieldReader, QueryPatterns } from "#core/traceql/evaluate-traceql.ts";
import type { Field, Metric, TraceQlMetrics } from "#core/traceql/query.ts";

export interface MetricRange {
  readonly startMs: number;
  readonly endMs: number;
  /** The whole range for one figure. */
  readonly stepMs: number;
}

export interface MetricSeries {
  readonly labels: readonly { readonly name: string; readonly value: string | number | boolean | null }[];
  /** Of each step that had one, by the time at which the step ends. */
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

type Labels = MetricSeries["labels"];

const SERIES_MAX = 1000;
const STEPS_MAX = 11_000;
/** Of one series and step: quantiles are of these, drawn with the same chance of all. */
const VALUES_MAX = 2000;

interface Slot {
  count: number;
  sum: number;
  min: number;
  max: number;
  readonly values: number[];
}

/** Sums spans into series, trace by trace; durations are in seconds. */
export class TraceMetrics {
  readonly #query: TraceQlMetrics;
  readonly #range: MetricRange;
  readonly #series = new Map<string, { readonly labels: Labels; readonly slots: Map<number, Slot> }>();
  readonly #patterns = new QueryPatterns();
  #drawn = 1;

  /** Throws "invalid" for a range of too many steps. */
  constructor(query: TraceQlMetrics, range: MetricRange) {
    const { startMs, endMs, stepMs } = range;
    if (!(stepMs > 0 && endMs > startMs)) throw new PharosError("invalid", "start, end, step: no range of time");
    if ((endMs - startMs) / stepMs > STEPS_MAX)
      throw new PharosError("invalid", `step: more than ${STEPS_MAX} steps`, { hint: "ask for a longer step" });
    this.#query = query;
    this.#range = range;
  }

  /** Throws "too-large" where there come to be too many series. */
  add(trace: Trace): void {
    const { query, metric } = this.#query;
    const { startMs, endMs, stepMs } = this.#range;
    const read = fieldReader(trace);
    for (const span of evaluateTraceQl(query, trace, this.#patterns)) {
      if (span.startMs < startMs || span.startMs >= endMs) continue;
      const value = metric.field === undefined ? 0 : read(metric.field, span);
      if (typeof value !== "number") continue;
      const labels = metric.by.map((field) => ({ name: nameOf(field), value: read(field, span) ?? null }));
      this.#count(this.#slotOf(labels, Math.floor((span.startMs - startMs) / stepMs)), inSeconds(metric.field, value));
    }
  }

  series(): readonly MetricSeries[] {
    const { metric } = this.#query;
    const { startMs, stepMs } = this.#range;
    return [...this.#series.values()].flatMap(({ labels, slots }) => {
      const inOrder = [...slots].sort(([a], [b]) => a - b);
      const points = (figure: (slot: Slot) => number) =>
        inOrder.map(([at, slot]) => ({ atMs: startMs + (at + 1) * stepMs, value: figure(slot) }));
      const named = labels.length === 0 ? [{ name: "__name__", value: metric.of }] : labels;
      const { of } = metric;
      if (of !== "quantile_over_time") return [{ labels: named, points: points((slot) => figureOf(of, slot, stepMs)) }];
      return metric.quantiles.map((quantile) => ({
        labels: [...labels, { name: "p", value: quantile }],
        points: points(({ values }) => quantileOf(values, quantile)),
      }));
    });
  }

  #slotOf(labels: Labels, at: number): Slot {
    const key = JSON.stringify(labels.map(({ value }) => value));
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= SERIES_MAX)
        throw new PharosError("too-large", `more than ${SERIES_MAX} series`, { hint: "group by less" });
      series = { labels, slots: new Map() };
      this.#series.set(key, series);
    }
    let slot = series.slots.get(at);
    if (slot === undefined) {
      slot = { count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, values: [] };
      series.slots.set(at, slot);
    }
    return slot;
  }

  #count(slot: Slot, value: number): void {
    slot.count += 1;
    slot.sum += value;
    slot.min = Math.min(slot.min, value);
    slot.max = Math.max(slot.max, value);
    if (this.#query.metric.of !== "quantile_over_time") return;
    if (slot.values.length < VALUES_MAX) slot.values.push(value);
    else {
      const place = Math.floor(this.#draw() * slot.count);
      if (place < VALUES_MAX) slot.values[place] = value;
    }
  }

  /** The same for the same spans: who asks twice is answered alike. */
  #draw(): number {
    this.#drawn = (Math.imul(this.#drawn, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#drawn / 2 ** 32;
  }
}

function figureOf(of: Exclude<Metric["of"], "quantile_over_time">, slot: Slot, stepMs: number): number {
  const { count, sum, min, max } = slot;
  return {
    rate: (count / stepMs) * 1000,
    count_over_time: count,
    sum_over_time: sum,
    avg_over_time: sum / count,
    min_over_time: min,
    max_over_time: max,
  }[of];
}

/** Between the two nearest, as Prometheus has it. */
function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = quantile * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] ?? 0;
  const high = sorted[Math.ceil(rank)] ?? low;
  return low + (high - low) * (rank - Math.floor(rank));
}

function inSeconds(field: Field | undefined, value: number): number {
  return field?.kind === "intrinsic" ? value / 1000 : value;
}

/** As it is written in a query. */
function nameOf(field: Field): string {
  if (field.kind === "intrinsic") return field.name;
  return `${field.scope === "any" ? "" : field.scope}.${field.name}`;
}
