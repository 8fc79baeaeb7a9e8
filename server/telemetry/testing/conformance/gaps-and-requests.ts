import { expect, test } from "vitest";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import {
  MINUTE,
  PRODUCTPAGE,
  REVIEWS,
  START,
  type StoreCase,
  toReviews,
} from "#server/telemetry/testing/store-case.ts";

/** What was not counted, and the requests that were sampled. */
export function gapsAndRequests(at: StoreCase): void {
  test("a denial that the called end reports stands on the caller's edge", async () => {
    await at.take(reportOf(1, [toReviews(START, 10, { code: 403 })]), PRODUCTPAGE);
    await at.take(
      reportOf(1, [
        toReviews(START, 10, { side: "destination", code: 403, deniedBy: "ns[default]-policy[no]-rule[0]" }),
      ]),
      REVIEWS,
    );
    const { edges } = await at.queries.graph({ view: "service", startMs: START, endMs: at.now });
    expect(edges).toMatchObject([
      { deniedBy: ["AuthorizationPolicy/default/no"], errorPercent: 100, health: { status: "failure" } },
    ]);
    expect(await at.queries.requests({ seconds: 60, limit: 10, deniedOnly: true })).toMatchObject([
      { deniedBy: "AuthorizationPolicy/default/no", responseCode: 403 },
    ]);
  });

  test("what a caller's own proxy turned down is its edge's, told of the service, and in neither the figures nor the chart of that", async () => {
    await at.take(reportOf(1, [toReviews(START, 20, { code: 502, deniedBy: "own[block_all]" })]), PRODUCTPAGE);
    const range = { startMs: START, endMs: at.now };
    const host = "reviews.default.svc.cluster.local";
    const { edges, nodes } = await at.queries.graph({ view: "service", ...range });
    expect(edges).toMatchObject([
      { deniedBy: ["blocked by the caller's own proxy"], errorPercent: 100, health: { status: "failure" } },
    ]);
    const told = { status: "idle", reason: expect.stringMatching(/never arrived, blocked by the caller's own proxy$/) };
    expect(nodes.find(({ service }) => service === host)).toMatchObject({ requestsPerSecondIn: 0, health: told });
    const figures = (await at.queries.services(range)).find((each) => each.host === host);
    expect(figures).toMatchObject({ requestsPerSecond: 0, errorPercent: 0, sparkline: [], health: told });
    const { byCodeClass } = await at.queries.metrics({ ...range, host, stepMs: 10_000 });
    expect(Object.values(byCodeClass).flatMap((points) => points.filter(({ value }) => (value ?? 0) > 0))).toEqual([]);
  });

  test("a chart adds up to the figures beside it, whatever of its callers' words is believed", async () => {
    at.queries.believeBy(() => true);
    await at.take(
      reportOf(1, [
        toReviews(START, 10, { code: 503 }),
        toReviews(START + 10_000, 10),
        toReviews(START + 20_000, 10, { code: 502, deniedBy: "own[no-route]" }),
      ]),
      PRODUCTPAGE,
    );
    await at.take(reportOf(1, [toReviews(START + 10_000, 10, { side: "destination" })]), REVIEWS);
    const range = { startMs: START, endMs: at.now };
    const host = "reviews.default.svc.cluster.local";
    const figures = (await at.queries.services(range)).find((each) => each.host === host);
    const { requestsPerSecond } = await at.queries.metrics({ ...range, host, stepMs: 10_000 });
    const drawn = requestsPerSecond.reduce((sum, { value }) => sum + (value ?? 0) * 10, 0);
    const told = (figures?.requestsPerSecond ?? 0) * (await at.queries.rows(range)).seconds;
    expect(drawn).toBeGreaterThan(0);
    expect(drawn).toBeCloseTo(told);
  });

  test("gaps are told with the graph of their time", async () => {
    await at.take(reportOf(1, [], { gaps: [[START, START + 5000, "Envoy was killed", 3]] }), REVIEWS);
    const gap = {
      startMs: START,
      endMs: START + 5000,
      workload: "default/reviews-v1",
      reason: "Envoy was killed",
      requests: 3,
    };
    expect((await at.queries.graph({ view: "service", startMs: START, endMs: at.now })).gaps).toEqual([gap]);
    expect((await at.queries.graph({ view: "service", startMs: START - MINUTE, endMs: START })).gaps).toEqual([]);
    const range = { startMs: START, endMs: at.now };
    expect(await at.queries.gapsOf("default/reviews-v1", range)).toEqual([gap]);
    expect(await at.queries.gapsOf("default/ratings-v1", range)).toEqual([]);
  });
}
