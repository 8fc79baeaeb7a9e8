import { expect, test } from "vitest";
import { histogramOf } from "#core/telemetry/histogram.ts";
import { reporterOf, reportOf, type Traffic } from "#server/telemetry/testing/reports.ts";
import {
  HOUR,
  PRODUCTPAGE,
  REVIEWS,
  REVIEWS_HOST,
  START,
  type StoreCase,
  toReviews,
} from "#server/telemetry/testing/store-case.ts";

/** What is made of the rows: series, figures of services, edges. */
export function figures(at: StoreCase): void {
  test("series hold what each step counted, and nothing where nothing was", async () => {
    await at.take(reportOf(1, [toReviews(START, 20), toReviews(START + 20_000, 40, { code: 500 })]), PRODUCTPAGE);
    const series = await at.queries.metrics({
      host: REVIEWS_HOST,
      startMs: START,
      endMs: START + 30_000,
      stepMs: 10_000,
    });
    expect(series.requestsPerSecond.map(({ value }) => value)).toEqual([2, null, 4]);
    expect(series.errorPercent.map(({ value }) => value)).toEqual([0, null, 100]);
    expect(series.byCodeClass["5xx"]?.map(({ value }) => value)).toEqual([0, null, 4]);
    expect(series.p95Ms[0]?.value).toBeCloseTo(6.93);
  });

  test.each([
    [
      "an edge, counted once though both ends tell",
      { from: "wl_default_productpage-v1", to: "wl_default_reviews-v1" },
      [5, 1],
    ],
    ["all that reaches a node", { to: "wl_default_reviews-v1" }, [8, 1]],
    ["all that leaves a node", { from: "wl_default_productpage-v1" }, [5, 3]],
    ["what comes into a namespace from outside, of which there is nothing", { to: "namespace:default" }, [null, null]],
    ["all inside a namespace", { from: "namespace:default", to: "namespace:default" }, [8, 3]],
  ])("the figures over time of %s", async (_name, ends, rates) => {
    const toRatings: Partial<Traffic> = { from: "productpage-v1", to: "ratings-v1" };
    await at.take(
      reportOf(1, [toReviews(START, 50), toReviews(START + 10_000, 10), toReviews(START + 10_000, 20, toRatings)]),
      PRODUCTPAGE,
    );
    await at.take(reportOf(1, [toReviews(START, 50, { side: "destination" })]), REVIEWS);
    await at.take(reportOf(1, [toReviews(START, 30, { from: "details-v1" })]), reporterOf("details-v1"));
    const series = await at.queries.edgeMetrics({
      ends: { view: "workload", ...ends },
      startMs: START,
      endMs: START + 20_000,
      stepMs: 10_000,
    });
    expect(series.requestsPerSecond.map(({ value }) => value)).toEqual(rates);
  });

  test("rows of the labels that are meant are told by step, and up to when steps are whole", async () => {
    const denied: Partial<Traffic> = { side: "destination", code: 429, deniedBy: "limit:default/a/r" };
    await at.take(
      reportOf(1, [
        toReviews(START, 20, { side: "destination" }),
        toReviews(START, 5, denied),
        toReviews(START + 20_000, 7, denied),
      ]),
      REVIEWS,
    );
    const { slots, endMs } = await at.queries.slots({
      ...{ startMs: START, endMs: START + 30_000, stepMs: 10_000 },
      isMeant: ({ deniedBy }) => deniedBy !== "",
    });
    const counts = [...slots].map(([atMs, rows]) => [atMs, rows.map(({ key, count }) => [key.deniedBy, count])]);
    expect(counts).toEqual([
      [START, [["limit:default/a/r", 5]]],
      [START + 20_000, [["limit:default/a/r", 7]]],
    ]);
    expect(endMs).toBe(START + 30_000);
  });

  test("the mesh is counted where traffic enters it", async () => {
    const gateway = reporterOf("gateway-v1");
    await at.take(
      reportOf(1, [
        { side: "source", from: "gateway-v1", to: "productpage-v1", atMs: START, count: 20, fromGateway: true },
      ]),
      gateway,
    );
    await at.take(reportOf(1, [toReviews(START, 200)]), PRODUCTPAGE);
    const series = await at.queries.metrics({ startMs: START, endMs: START + 10_000, stepMs: 10_000 });
    expect(series.requestsPerSecond.map(({ value }) => value)).toEqual([2]);
    at.queries.believeBy(() => true);
    expect(await at.queries.entry({ startMs: START, endMs: START + 10_000 })).toMatchObject({ requestsPerSecond: 2 });
  });

  test("a service's figures count both ends once, with a sparkline", async () => {
    for (const [side, reporter] of [
      ["source", PRODUCTPAGE],
      ["destination", REVIEWS],
    ] as const)
      await at.take(
        reportOf(1, [toReviews(START, 50, { side }), toReviews(START + 20_000, 50, { side, code: 503 })]),
        reporter,
      );
    expect(await at.queries.services({ startMs: START, endMs: START + 30_000 })).toMatchObject([
      {
        host: REVIEWS_HOST,
        requestsPerSecond: 100 / 30,
        errorPercent: 50,
        sparkline: [5, 0, 5],
      },
    ]);
  });

  test("a service that only its own end reports on has figures too", async () => {
    await at.take(reportOf(1, [{ side: "destination", from: "", to: "reviews-v1", atMs: START, count: 30 }]), REVIEWS);
    expect(await at.queries.services({ startMs: START, endMs: START + 30_000 })).toMatchObject([
      { requestsPerSecond: 1, sparkline: [3, 0, 0] },
    ]);
  });

  test.each([
    ["from fine windows", 10_000],
    ["from minutes", 5 * 60_000],
    ["from ten minutes, after a restart", HOUR],
  ])("percentiles are within 2 % of those of the raw durations, %s", async (_name, afterMs) => {
    const durations = Array.from({ length: 5000 }, (_each, index) => ((index * 7919) % 5000) ** 2 / 5000);
    const report = reportOf(
      1,
      [0, 10_000, 20_000].map((ms) => toReviews(START + ms, 0)),
    );
    for (const [index, window] of report.windows.entries()) {
      const own = durations.filter((_each, at) => at % 3 === index);
      window.count = BigInt(own.length);
      window.durationSumMs = own.reduce((sum, ms) => sum + ms, 0);
      window.durations = histogramOf(own);
    }
    await at.take(report, PRODUCTPAGE);
    at.now = START + afterMs;
    await at.running.maintain();
    if (afterMs === HOUR) await at.reopen();
    const series = await at.queries.metrics({
      host: REVIEWS_HOST,
      startMs: START,
      endMs: START + 600_000,
      stepMs: 600_000,
    });
    const sorted = durations.sort((a, b) => a - b);
    for (const [quantile, points] of [
      [0.5, series.p50Ms],
      [0.9, series.p90Ms],
      [0.95, series.p95Ms],
      [0.99, series.p99Ms],
    ] as const) {
      const exact = sorted[Math.ceil(quantile * sorted.length) - 1] ?? 0;
      expect(Math.abs((points[0]?.value ?? Number.NaN) - exact)).toBeLessThanOrEqual(0.02 * exact);
    }
  });
}
