import { expect, test } from "vitest";
import { reportOf, spanBytes } from "#server/telemetry/testing/reports.ts";
import { HOUR, MINUTE, PRODUCTPAGE, START, type StoreCase, toReviews } from "#server/telemetry/testing/store-case.ts";

/** Windows are rolled up without a count lost, and go when they are old. */
export function tiersAndRetention(at: StoreCase): void {
  test("counts stay exact over roll-ups, late reports and a restart between them", async () => {
    await at.take(reportOf(1, [toReviews(START, 1), toReviews(START + 10_000, 10)]), PRODUCTPAGE);
    await at.take(reportOf(2, [toReviews(START, 100)]), PRODUCTPAGE);
    at.now = START + 25 * MINUTE;
    await at.running.maintain();
    await at.take(
      reportOf(3, [toReviews(START, 1000), toReviews(at.now - MINUTE * 2, 10_000), toReviews(at.now - 5000, 100_000)]),
      PRODUCTPAGE,
    );
    await at.reopen();
    // The hour is over, and what was told of it is there.
    at.now = START + 60 * MINUTE + 3000;
    await at.running.maintain();
    await at.running.maintain();
    const { edges } = await at.queries.graph({ view: "workload", startMs: START, endMs: START + 3600_000 });
    expect((edges[0]?.requestsPerSecond ?? 0) * 3600).toBeCloseTo(111_111, 6);
    expect(await at.totalOf(START, START + 3600_000)).toBe(111_111);
    expect(await at.totalOf(START, START + 10_000)).toBe(1101);
    expect(await at.totalOf(START + 10_000, START + 20_000)).toBe(10);
  });

  test("labels go with the last of their windows, and those that come again count again", async () => {
    await at.take(reportOf(1, [toReviews(START, 5, { to: "gone-v1" }), toReviews(START, 5)]), PRODUCTPAGE);
    at.now = START + 20 * 24 * 3600_000;
    await at.take(reportOf(2, [toReviews(at.now, 7)]), PRODUCTPAGE);
    at.now = START + 31 * 24 * 3600_000;
    await at.running.maintain();
    expect([...at.running.metrics.text()].join("")).not.toContain("gone-v1");
    await at.take(reportOf(3, [toReviews(at.now, 3, { to: "gone-v1" }), toReviews(at.now, 11)]), PRODUCTPAGE);
    await at.reopen();
    const { edges } = await at.queries.graph({ view: "workload", startMs: at.now, endMs: at.now + 10_000 });
    expect(edges.map(({ target, requestsPerSecond }) => [target, requestsPerSecond])).toEqual([
      ["wl_default_gone-v1", 0.3],
      ["wl_default_reviews-v1", 1.1],
    ]);
    expect(await at.totalOf(START, at.now + 10_000)).toBe(21);
  });

  test("what is older than its retention goes, and coarser windows still tell of it", async () => {
    await at.take(reportOf(1, [toReviews(START, 600)]), PRODUCTPAGE);
    at.now = START + 4 * 3600_000;
    await at.running.maintain();
    const { edges } = await at.queries.graph({ view: "workload", startMs: START, endMs: START + 600_000 });
    expect(edges[0]?.requestsPerSecond).toBe(1);
  });

  test("requests and spans go after a day, gaps after a month; what is younger stays", async () => {
    const span = { trace: "4af7651916cd43dd8448eb211c80319c", id: "b7ad6b7169203331", service: "a", name: "x" };
    const hand = (sequence: number, trace: string) =>
      at.take(
        reportOf(sequence, [toReviews(at.now - 1000, 1)], {
          spans: [spanBytes({ ...span, trace, atMs: at.now - 1000, durationMs: 1 })],
          gaps: [[at.now - 1000, at.now, `gap ${sequence}`, 1]],
        }),
        PRODUCTPAGE,
      );
    const left = async () => ({
      requests: (await at.queries.requests({ seconds: 1e9, limit: 10 })).length,
      traces: [await at.queries.trace("1".repeat(32)), await at.queries.trace("2".repeat(32))].map(
        (trace) => trace?.spans.length,
      ),
      gaps: (await at.store.gaps.gaps(0, at.now + 1)).length,
    });
    await hand(1, "1".repeat(32));
    at.now += 23 * HOUR;
    await hand(2, "2".repeat(32));
    await at.running.maintain();
    expect(await left()).toEqual({ requests: 2, traces: [1, 1], gaps: 2 });
    at.now += 2 * HOUR;
    await at.running.maintain();
    expect(await left()).toEqual({ requests: 1, traces: [undefined, 1], gaps: 2 });
    at.now += 31 * 24 * HOUR;
    await at.running.maintain();
    expect(await left()).toEqual({ requests: 0, traces: [undefined, undefined], gaps: 0 });
  });

  test("a store that is too full shortens the life of spans and requests, and counts stay", async () => {
    await at.take(reportOf(1, [toReviews(START, 5)]), PRODUCTPAGE);
    at.now = START + 13 * HOUR;
    await at.store.upkeep.rollUp(at.now);
    const request = { seconds: 24 * 3600, limit: 10 };
    await at.store.upkeep.dropOld(at.now, 0);
    expect(await at.queries.requests(request)).toHaveLength(1);
    await at.store.upkeep.dropOld(at.now, 0.5);
    expect(await at.queries.requests(request)).toHaveLength(0);
    await at.store.upkeep.compact();
    expect(await at.store.upkeep.usedBytes()).toBeGreaterThan(0);
    expect(await at.totalOf(START, START + 10_000)).toBe(5);
  });

  test("labels that go are told, and those of windows that are left are not", async () => {
    await at.take(reportOf(1, [toReviews(START, 5, { to: "gone-v1" })]), PRODUCTPAGE);
    at.now = START + 31 * 24 * HOUR;
    await at.take(reportOf(2, [toReviews(at.now, 5)]), PRODUCTPAGE);
    const gone = await at.store.upkeep.dropOld(at.now, 0);
    expect(gone.map(({ destinationWorkload }) => destinationWorkload)).toEqual(["gone-v1"]);
    expect([...at.store.traffic.keys()].map(({ destinationWorkload }) => destinationWorkload)).toEqual(["reviews-v1"]);
    expect(await at.store.upkeep.dropOld(at.now, 0)).toEqual([]);
  });

  test("an agent's mark outlives its windows, and a report from before is known for one after the retention", async () => {
    await at.take(reportOf(7, [toReviews(START, 5)]), PRODUCTPAGE);
    at.now = START + 20 * 24 * HOUR;
    await at.running.maintain();
    await at.reopen();
    expect((await at.take(reportOf(7, [toReviews(at.now, 5)]), PRODUCTPAGE)).acknowledgedSequence).toBe(7);
    expect(await at.totalOf(at.now - MINUTE, at.now + MINUTE)).toBe(0);
  });
}
