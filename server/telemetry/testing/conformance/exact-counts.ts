import { expect, test } from "vitest";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import {
  PRODUCTPAGE,
  REVIEWS,
  REVIEWS_HOST,
  START,
  type StoreCase,
  toReviews,
} from "#server/telemetry/testing/store-case.ts";

/** Every request counts once, however often it is sent, and whoever dies meanwhile. */
export function exactCounts(at: StoreCase): void {
  test("a report counts once, however often it is sent and whoever restarts", async () => {
    const report = reportOf(1, [toReviews(START, 5)]);
    expect((await at.take(report, PRODUCTPAGE)).acknowledgedSequence).toBe(1);
    expect((await at.take(report, PRODUCTPAGE)).acknowledgedSequence).toBe(1);
    await at.reopen();
    expect((await at.take(report, PRODUCTPAGE)).acknowledgedSequence).toBe(1);
    await at.take(reportOf(2, [toReviews(START, 7)]), PRODUCTPAGE);
    expect(await at.totalOf(START, START + 10_000)).toBe(12);
  });

  test("a report of an agent that counts by Istio's buckets alone is counted, its percentiles in the middle of them", async () => {
    const report = reportOf(1, [toReviews(START, 5)]);
    Object.assign(report.windows[0] ?? {}, { durations: [], requestSizes: [], durationBuckets: [0, 0, 0, 0, 0, 0, 5] });
    await at.take(report, PRODUCTPAGE);
    const { edges } = await at.queries.graph({ view: "workload", startMs: START, endMs: START + 10_000 });
    expect(edges).toMatchObject([{ requestsPerSecond: 0.5, p95Ms: expect.closeTo(69, 0) }]);
  });

  test("the same report twice in one breath counts once", async () => {
    const report = reportOf(1, [toReviews(START, 5)]);
    await Promise.all(Array.from({ length: 5 }, () => at.take(report, PRODUCTPAGE)));
    expect(await at.totalOf(START, START + 10_000)).toBe(5);
  });

  test("one agent cannot make another's reports look repeated", async () => {
    await at.take(reportOf(1000, []), REVIEWS);
    await at.take(reportOf(1, [toReviews(START, 5)]), PRODUCTPAGE);
    expect(await at.totalOf(START, START + 10_000)).toBe(5);
  });

  test("totals tell codes, services and workloads apart", async () => {
    await at.take(
      reportOf(1, [toReviews(START, 5), toReviews(START, 2, { code: 503 }), toReviews(START, 4, { to: "details-v1" })]),
      PRODUCTPAGE,
    );
    await at.take(reportOf(1, [toReviews(START, 5, { side: "destination" })]), REVIEWS);
    const range = { startMs: START, endMs: START + 10_000 };
    expect(await at.queries.totals({ ...range, reporter: "source", service: REVIEWS_HOST })).toEqual({
      total: 7,
      byCode: { "200": 5, "503": 2 },
    });
    expect(
      await at.queries.totals({
        ...range,
        reporter: "destination",
        workload: "reviews-v1",
        service: REVIEWS_HOST,
      }),
    ).toEqual({ total: 5, byCode: { "200": 5 } });
    expect(await at.queries.totals({ ...range, reporter: "source", workload: "reviews-v1" })).toEqual({
      total: 0,
      byCode: {},
    });
  });
}
