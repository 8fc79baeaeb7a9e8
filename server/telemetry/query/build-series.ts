import type { Tally } from "#core/graph/tally.ts";
import { quantileOf } from "#core/telemetry/quantile.ts";
import type { ServiceMetrics, TimePoint } from "#core/view/service-metrics.ts";

export interface SeriesInput {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  /** Slot start → what was counted in it. */
  readonly slots: ReadonlyMap<number, Tally>;
}

const CLASSES = ["2xx", "3xx", "4xx", "5xx", "none"] as const;
/** A slot that has only begun would show a rate that is not there. */
const YOUNG_MS = 60_000;

/** Slots to charts. The slot under way is left out until it tells of a minute, or is over. */
export function buildSeries({ startMs, endMs, stepMs, slots }: SeriesInput): ServiceMetrics {
  const times: number[] = [];
  for (let at = Math.floor(startMs / stepMs) * stepMs; at < endMs; at += stepMs) {
    if (at + stepMs <= endMs || endMs - at >= YOUNG_MS) times.push(at);
  }
  const secondsOf = (at: number): number => Math.min(stepMs, endMs - at) / 1000;
  const series = (figureOf: (tally: Tally, seconds: number) => number | null): TimePoint[] =>
    times.map((atMs) => {
      const tally = slots.get(atMs);
      return { atMs, value: tally === undefined || tally.count === 0 ? null : figureOf(tally, secondsOf(atMs)) };
    });
  const quantile = (q: number): TimePoint[] => series((tally) => quantileOf(tally.durations, q));
  return {
    stepMs,
    requestsPerSecond: series((tally, seconds) => tally.count / seconds),
    errorPercent: series((tally) => tally.errorPercent),
    p50Ms: quantile(0.5),
    p90Ms: quantile(0.9),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    byCodeClass: Object.fromEntries(
      CLASSES.map((name) => [name, series((tally, seconds) => countOf(tally, name) / seconds)]),
    ),
  };
}

function countOf(tally: Tally, name: (typeof CLASSES)[number]): number {
  let count = 0;
  for (const response of tally.responses) {
    const isOf = name === "none" ? response.code === 0 : String(response.code).startsWith(name.charAt(0));
    if (isOf) count += response.count;
  }
  return count;
}
