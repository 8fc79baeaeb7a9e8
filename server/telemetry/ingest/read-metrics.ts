import { METRIC_NAME, seriesLabels } from "#core/promql/series-labels.ts";
import { type Redact, redactAlways } from "#core/telemetry/redact-headers.ts";
import type { KeyValue } from "#proto/gen/opentelemetry/proto/common/v1/common_pb.js";
import {
  AggregationTemporality,
  type HistogramDataPoint,
  type Metric,
  type NumberDataPoint,
  type ResourceMetrics,
  type SummaryDataPoint,
} from "#proto/gen/opentelemetry/proto/metrics/v1/metrics_pb.js";
import { labelName, metricName } from "#server/telemetry/ingest/metric-name.ts";
import { readAttributes } from "#server/telemetry/ingest/read-attributes.ts";
import type { ToldSeries } from "#server/telemetry/ingest/sample-ingest.ts";

type Labels = readonly (readonly [string, string])[];

export interface ReadMetrics {
  readonly series: readonly ToldSeries[];
  /** Data points that are no samples of Prometheus', and why the first was none. */
  readonly rejected: number;
  readonly why?: string | undefined;
}

const NO_RECORDED_VALUE = 1;
/** They name the series, and so are no labels of `target_info`. */
const IDENTITY: ReadonlySet<string> = new Set(["service.name", "service.namespace", "service.instance.id"]);

/** OTLP's metrics as series of Prometheus': names with units, `job` and `instance` of the resource, and the rest of it in `target_info`. */
export function readMetrics(resourceMetrics: readonly ResourceMetrics[], redact: Redact = redactAlways): ReadMetrics {
  const out = new Collector(redact);
  for (const { resource, scopeMetrics } of resourceMetrics) {
    const about = readAttributes(resource?.attributes ?? [], redact);
    const name = String(about["service.name"] ?? "");
    const namespace = String(about["service.namespace"] ?? "");
    const target: Labels = [
      ["job", namespace === "" ? name : `${namespace}/${name}`],
      ["instance", String(about["service.instance.id"] ?? "")],
    ];
    out.begin(target);
    for (const { metrics } of scopeMetrics) for (const metric of metrics) readMetric(metric, out);
    const rest = Object.entries(about).filter(([key]) => !IDENTITY.has(key));
    if (rest.length > 0) out.target(rest.map(([key, value]) => [labelName(key), String(value)]));
  }
  return out;
}

function readMetric({ name, unit, data }: Metric, out: Collector): void {
  switch (data.case) {
    case "gauge": {
      const named = metricName(name, unit, "gauge");
      for (const point of data.value.dataPoints) readNumber(named, point, out);
      return;
    }
    case "sum": {
      const { dataPoints, aggregationTemporality, isMonotonic } = data.value;
      if (!isCumulative(aggregationTemporality)) {
        out.reject(name, dataPoints.length, DELTA);
        return;
      }
      const named = metricName(name, unit, isMonotonic ? "counter" : "other");
      for (const point of dataPoints) readNumber(named, point, out);
      return;
    }
    case "histogram": {
      const { dataPoints, aggregationTemporality } = data.value;
      if (!isCumulative(aggregationTemporality)) {
        out.reject(name, dataPoints.length, DELTA);
        return;
      }
      const named = metricName(name, unit, "other");
      for (const point of dataPoints) readHistogram(named, point, out);
      return;
    }
    case "summary": {
      const named = metricName(name, unit, "other");
      for (const point of data.value.dataPoints) readSummary(named, point, out);
      return;
    }
    case "exponentialHistogram":
      out.reject(name, data.value.dataPoints.length, "exponential histograms are not kept: send explicit buckets");
      return;
    case undefined:
      return;
  }
}

const DELTA = "deltas are not kept: have the exporter send cumulative temporality";

const isCumulative = (temporality: AggregationTemporality): boolean =>
  temporality === AggregationTemporality.CUMULATIVE;

function readNumber(name: string, point: NumberDataPoint, out: Collector): void {
  out.point(point)(name, Number(point.value.value ?? 0));
}

function readHistogram(name: string, point: HistogramDataPoint, out: Collector): void {
  const add = out.point(point);
  let count = 0;
  for (const [index, bound] of point.explicitBounds.entries()) {
    count += Number(point.bucketCounts[index] ?? 0n);
    add(`${name}_bucket`, count, ["le", String(bound)]);
  }
  add(`${name}_bucket`, Number(point.count), ["le", "+Inf"]);
  if (point.sum !== undefined) add(`${name}_sum`, point.sum);
  add(`${name}_count`, Number(point.count));
}

function readSummary(name: string, point: SummaryDataPoint, out: Collector): void {
  const add = out.point(point);
  for (const { quantile, value } of point.quantileValues) add(name, value, ["quantile", String(quantile)]);
  add(`${name}_sum`, point.sum);
  add(`${name}_count`, Number(point.count));
}

interface Point {
  readonly timeUnixNano: bigint;
  readonly attributes: readonly KeyValue[];
  readonly flags: number;
}

class Collector implements ReadMetrics {
  readonly series: ToldSeries[] = [];
  rejected = 0;
  why: string | undefined;
  #target: Labels = [];
  #newestMs = 0;
  readonly #redact: Redact;

  constructor(redact: Redact) {
    this.#redact = redact;
  }

  begin(target: Labels): void {
    this.#target = target;
    this.#newestMs = 0;
  }

  /** What adds the point's series: its attributes are read once, for all its buckets. */
  point({ timeUnixNano, attributes, flags }: Point): (name: string, value: number, ...more: Labels) => void {
    const atMs = Number(timeUnixNano / 1_000_000n);
    this.#newestMs = Math.max(this.#newestMs, atMs);
    const own = Object.entries(readAttributes(attributes, this.#redact)).map(
      ([key, of]) => [labelName(key), String(of)] as const,
    );
    const isStale = (flags & NO_RECORDED_VALUE) !== 0;
    return (name, value, ...more) =>
      this.series.push({
        labels: seriesLabels([...own, ...this.#target, ...more, [METRIC_NAME, name]]),
        samples: [{ atMs, value: isStale ? null : value }],
      });
  }

  target(rest: Labels): void {
    if (this.#newestMs === 0) return;
    this.series.push({
      labels: seriesLabels([...rest, ...this.#target, [METRIC_NAME, "target_info"]]),
      samples: [{ atMs: this.#newestMs, value: 1 }],
    });
  }

  reject(name: string, count: number, why: string): void {
    this.rejected += count;
    this.why ??= `${name}: ${why}`;
  }
}
