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
  });
}
