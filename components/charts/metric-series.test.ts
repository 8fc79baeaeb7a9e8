import { expect, test } from "vitest";
import { rateSeries } from "#components/charts/metric-series.ts";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";

const metrics: ServiceMetrics = {
  stepMs: 1000,
  requestsPerSecond: [{ atMs: 1, value: 5 }],
  errorPercent: [],
  p50Ms: [],
  p90Ms: [],
  p95Ms: [],
  p99Ms: [],
  byCodeClass: { "2xx": [{ atMs: 1, value: 4 }], "3xx": [{ atMs: 1, value: 0 }], "5xx": [{ atMs: 1, value: 1 }] },
};

test("classes of answers that never came are not in the legend", () => {
  expect(rateSeries(metrics).map(({ key }) => key)).toEqual(["2xx", "5xx"]);
});

test("without classes the rate is one line", () => {
  expect(rateSeries({ ...metrics, byCodeClass: {} }).map(({ key }) => key)).toEqual(["all"]);
});
