import { beforeEach, expect, test } from "vitest";
import { LabelBook } from "#server/telemetry/ingest/label-book.ts";
import { TelemetryIngest } from "#server/telemetry/ingest/telemetry-ingest.ts";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";
import { reportOf, resourceLogsOf, resourceSpansOf } from "#server/telemetry/testing/reports.ts";
import { PRODUCTPAGE, START, toReviews } from "#server/telemetry/testing/store-case.ts";

let isFull: boolean;
let stored: TelemetryBatch[];
let limits: string[];
let ingest: TelemetryIngest;
beforeEach(() => {
  isFull = false;
  stored = [];
  limits = [];
  ingest = new TelemetryIngest({
    sink: {
      store: async (batch) => {
        if (isFull) throw new Error("no room");
        stored.push(batch);
      },
    },
    labels: new LabelBook(),
    now: () => START + 33_000,
    onLimit: ({ limit }) => void limits.push(limit),
    onStored: () => undefined,
  });
});

const requests = () => stored.flatMap(({ windows }) => windows).reduce((sum, { count }) => sum + count, 0);
/** Three quarters of what a proxy may tell of a window. */
const LARGE = reportOf(1, [toReviews(START, 1_500_000)]);

test("an agent that a full disk turned away again and again has its windows counted once there is room", async () => {
  isFull = true;
  for (let turn = 0; turn < 3; turn += 1)
    await expect(ingest.takeReport(LARGE, PRODUCTPAGE)).rejects.toThrow("no room");
  isFull = false;
  expect((await ingest.takeReport(LARGE, PRODUCTPAGE)).refused).toEqual([]);
  expect([requests(), limits]).toEqual([1_500_000, []]);
});

test("a report that comes again takes nothing from the next", async () => {
  for (let turn = 0; turn < 3; turn += 1) expect((await ingest.takeReport(LARGE, PRODUCTPAGE)).refused).toEqual([]);
  const next = reportOf(2, [toReviews(START, 500_000)]);
  expect((await ingest.takeReport(next, PRODUCTPAGE)).refused).toEqual([]);
  const third = await ingest.takeReport(reportOf(3, [toReviews(START, 1)]), PRODUCTPAGE);
  expect(third.refused).toEqual(["more requests than a proxy can have (200000 a second): 1 requests"]);
  expect(requests()).toBe(2_000_000);
});

test("spans of an application that could not be stored are not charged for", async () => {
  const span = { trace: "3af7651916cd43dd8448eb211c80319c", id: "b7ad6b7169203331", service: "a", name: "x" };
  const one = resourceSpansOf({ ...span, atMs: START, durationMs: 1 });
  const many = Array.from({ length: 30_000 }, () => one);
  isFull = true;
  await expect(ingest.takeSpans(many, "shop")).rejects.toThrow("no room");
  isFull = false;
  expect(await ingest.takeSpans(many, "shop")).toEqual({ rejected: 0, why: undefined });
  expect((await ingest.takeSpans(many, "shop")).rejected).toBe(10_000);
});

test("what says more than others counts as several: a party's rows are bounded by what they hold", async () => {
  const log = resourceLogsOf({ service: "a", body: "x".repeat(16_000), atMs: START });
  const many = Array.from({ length: 13_000 }, () => log);
  // Each as four.
  expect((await ingest.takeLogs(many, "shop")).rejected).toBe(500);
  expect(stored.flatMap(({ logs }) => logs)).toHaveLength(12_500);
  await expect(ingest.takeLogs([log], "shop")).rejects.toMatchObject({ code: "exhausted" });
  expect(await ingest.takeLogs(many.slice(0, 12_000), "other")).toEqual({ rejected: 0, why: undefined });
});
