import { expect, test } from "vitest";
import { sizeOf } from "#core/telemetry/histogram.ts";
import { reportOf, spanBytes } from "#server/telemetry/testing/reports.ts";
import { HOUR, MINUTE, PRODUCTPAGE, START, type StoreCase, toReviews } from "#server/telemetry/testing/store-case.ts";

const DAY = 24 * HOUR;

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

  test("weeks are told of by hours and days, as exactly as by the windows they are made of", async () => {
    const counts = Array.from({ length: 20 }, (_, index) => ({ atMs: START + index * 7 * HOUR, count: 1 + index }));
    for (const [index, { atMs, count }] of counts.entries()) {
      at.now = atMs + 33_000;
      await at.take(reportOf(index + 1, [toReviews(atMs, count)]), PRODUCTPAGE);
      await at.store.upkeep.rollUp(at.now);
    }
    // Late, for days that are rolled up.
    await at.take(reportOf(100, [toReviews(START + 8 * HOUR, 1000)]), PRODUCTPAGE);
    at.now = START + 10 * DAY;
    for (let run = 0; run < 6; run += 1) await at.store.upkeep.rollUp(at.now + run * MINUTE);
    for (const [fromMs, toMs] of [
      [START, START + 10 * DAY],
      [START + 3 * HOUR, START + 3 * DAY],
      [START + 30 * HOUR, START + 30 * HOUR + 45 * MINUTE],
    ] as const) {
      const expected = [...counts, { atMs: START + 8 * HOUR, count: 1000 }]
        .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
        .reduce((sum, { count }) => sum + count, 0);
      expect(await at.totalOf(fromMs, toMs)).toBe(expected);
    }
    const { rows } = await at.store.traffic.sum({ startMs: START, endMs: START + 10 * DAY });
    expect(sizeOf(rows[0]?.durations ?? [])).toBe(1210);
  });

  test("each table says what it holds, from when on, and how long that is kept", async () => {
    await at.take(reportOf(1, [toReviews(START, 5)], { gaps: [[START, START + 5, "a full disk", 3]] }), PRODUCTPAGE);
    await at.store.upkeep.compact();
    const { tables, keys, gaps, segments } = await at.running.storage();
    expect(segments?.restoring ?? 0).toBe(0);
    const find = (what: string) => tables.find((table) => table.what === what);
    expect(find("Counts of ten seconds")).toMatchObject({ rows: 1, oldestMs: START, keptMs: DAY });
    expect(find("Requests")).toMatchObject({ rows: 1, oldestMs: START + 1, keptMs: 7 * DAY });
    expect(find("Spans")).toMatchObject({ rows: 0, bytes: 0, bytesPerDay: 0, oldestMs: null });
    expect(tables.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(0);
    expect({ keys, gaps }).toEqual({ keys: 1, gaps: { count: 1, requests: 3, newestMs: START + 5 } });
  });

  test("what comes when it is too old for its own length is told of by the longer ones", async () => {
    at.now = START + 20 * DAY;
    await at.running.maintain();
    await at.take(reportOf(1, [toReviews(START + 5 * DAY, 7)]), PRODUCTPAGE);
    at.now += 11 * MINUTE;
    await at.running.maintain();
    expect(await at.totalOf(START + 5 * DAY, START + 5 * DAY + 600_000)).toBe(7);
    expect(await at.totalOf(START, at.now)).toBe(7);
  });

  test("labels go with the last of their windows, and those that come again count again", async () => {
    await at.take(reportOf(1, [toReviews(START, 5, { to: "gone-v1" }), toReviews(START, 5)]), PRODUCTPAGE);
    at.now = START + 300 * DAY;
    await at.take(reportOf(2, [toReviews(at.now, 7)]), PRODUCTPAGE);
    at.now = START + 367 * DAY;
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
    at.now = START + 30 * DAY;
    await at.running.maintain();
    const { edges } = await at.queries.graph({ view: "workload", startMs: START, endMs: START + 600_000 });
    expect(edges[0]?.requestsPerSecond).toBe(1);
  });

  test("requests and spans go after a week, gaps after a year; what is younger stays", async () => {
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
    at.now += 6 * DAY;
    await hand(2, "2".repeat(32));
    await at.running.maintain();
    expect(await left()).toEqual({ requests: 2, traces: [1, 1], gaps: 2 });
    at.now += 2 * DAY;
    await at.running.maintain();
    expect(await left()).toEqual({ requests: 1, traces: [undefined, 1], gaps: 2 });
    at.now += 367 * DAY;
    await at.running.maintain();
    expect(await left()).toEqual({ requests: 0, traces: [undefined, undefined], gaps: 0 });
  });

  test("a store that is too full shortens the life of spans and requests, and counts stay", async () => {
    await at.take(reportOf(1, [toReviews(START, 5)]), PRODUCTPAGE);
    at.now = START + 4 * DAY;
    await at.store.upkeep.rollUp(at.now);
    const request = { seconds: 7 * 24 * 3600, limit: 10 };
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
    at.now = START + 367 * DAY;
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
