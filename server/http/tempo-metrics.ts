import { parseDurationMs } from "#core/duration.ts";
import { PharosError } from "#core/errors.ts";
import type { MetricSeries } from "#core/traceql/evaluate-metrics.ts";
import { parseTraceQlMetrics } from "#core/traceql/parse-traceql.ts";
import type { TraceLookup } from "#server/telemetry/query/trace-lookup.ts";

const HOUR_MS = 3_600_000;
const POINTS = 120;
const SECOND_MS = 1000;
/** Beyond it a number is nanoseconds, as Grafana sends them; before it seconds. */
const NANOS_FROM = 1e15;

/** Tempo's `GET /api/metrics/query_range`, and with `isInstant` `/api/metrics/query`: one figure for the whole range. */
export async function answerMetrics(
  lookup: Pick<TraceLookup, "series">,
  query: URLSearchParams,
  nowMs: number,
  isInstant: boolean,
): Promise<unknown> {
  const asked = parseTraceQlMetrics(query.get("q") || query.get("query") || "");
  const endMs = timeOf(query, "end") ?? nowMs;
  const startMs = timeOf(query, "start") ?? endMs - (durationOf(query, "since") ?? HOUR_MS);
  const whole = endMs - startMs;
  const stepMs = isInstant ? whole : (durationOf(query, "step") ?? usualStep(whole));
  // Steps stand where they stand for everybody, so that a chart that moves on shows the same points.
  const fromMs = isInstant ? startMs : Math.floor(startMs / stepMs) * stepMs;
  const { series, traces, isCut } = await lookup.series(asked, { startMs: fromMs, endMs, stepMs }, nowMs);
  return {
    series: series.map((each) => (isInstant ? instant(each) : ranged(each))),
    metrics: { inspectedTraces: traces, completedJobs: 1, totalJobs: 1 },
    ...(isCut
      ? { status: "PARTIAL", message: `${traces} traces are summed, and there may be more: ask for less time` }
      : {}),
  };
}

function ranged({ labels, points }: MetricSeries) {
  return {
    labels: labels.map(labelOf),
    samples: points.map(({ atMs, value }) => ({ timestampMs: String(Math.round(atMs)), value })),
    promLabels: promLabels(labels),
  };
}

function instant({ labels, points }: MetricSeries) {
  return { labels: labels.map(labelOf), value: points[0]?.value ?? 0, promLabels: promLabels(labels) };
}

function labelOf({ name, value }: MetricSeries["labels"][number]) {
  return { key: name, value: anyValue(value) };
}

function anyValue(value: MetricSeries["labels"][number]["value"]) {
  if (value === null) return { stringValue: "nil" };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function promLabels(labels: MetricSeries["labels"]): string {
  return `{${labels.map(({ name, value }) => `${JSON.stringify(name)}=${JSON.stringify(String(value ?? "nil"))}`).join(", ")}}`;
}

function usualStep(wholeMs: number): number {
  return Math.max(SECOND_MS, Math.ceil(wholeMs / POINTS / SECOND_MS) * SECOND_MS);
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  const value = Number(text);
  const ms = Number.isFinite(value) ? (value > NANOS_FROM ? value / 1e6 : value * 1000) : Date.parse(text);
  if (Number.isNaN(ms)) throw new PharosError("invalid", `${name}: is no time`, { hint: "seconds since 1970" });
  return ms;
}

/** `15s`, or a number of seconds. */
function durationOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDurationMs(text);
  if (ms === undefined || !(ms > 0))
    throw new PharosError("invalid", `${name}: is no duration`, { hint: "for example 15s" });
  return ms;
}
