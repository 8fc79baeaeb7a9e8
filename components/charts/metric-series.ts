import type { Series } from "#components/charts/build-series.ts";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";

const CODE_CLASSES = [
  { key: "2xx", label: "2xx", color: "series-2" },
  { key: "3xx", label: "3xx", color: "series-7" },
  { key: "4xx", label: "4xx", color: "warn" },
  { key: "5xx", label: "5xx", color: "bad" },
  { key: "none", label: "No answer", color: "series-3" },
] as const;

/** Requests per second by class of answer; classes that never came are left out. */
export function rateSeries(metrics: ServiceMetrics): Series[] {
  const present = CODE_CLASSES.flatMap((look) => {
    const points = metrics.byCodeClass[look.key];
    return points?.some(({ value }) => value !== null && value > 0) === true ? [{ ...look, points }] : [];
  });
  return present.length > 0
    ? present
    : [{ key: "all", label: "Requests", color: "series-1", points: metrics.requestsPerSecond }];
}

export function errorSeries(metrics: ServiceMetrics): Series[] {
  // Red is for errors there were: a line along the ground is none.
  const hasErrors = metrics.errorPercent.some(({ value }) => value !== null && value > 0);
  return [{ key: "errors", label: "Errors", color: hasErrors ? "bad" : "idle", points: metrics.errorPercent }];
}

export function latencySeries(metrics: ServiceMetrics): Series[] {
  return [
    { key: "p50", label: "p50", color: "series-1", points: metrics.p50Ms },
    { key: "p90", label: "p90", color: "series-2", points: metrics.p90Ms },
    { key: "p95", label: "p95", color: "series-3", points: metrics.p95Ms },
    { key: "p99", label: "p99", color: "series-5", points: metrics.p99Ms },
  ];
}
