import { expect, it } from "vitest";
import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import { foldUntilMs, nextFoldMs, sendDelayMs } from "#mesh-agent/telemetry/report-times.ts";

it.each([2000, 2500, 5000, 10_000])(
  "with %d ms no two windows are in one report, and all that ended is written",
  (intervalMs) => {
    let foldMs = 1_700_000_003_217;
    for (let report = 0; report < 20; report += 1) {
      const next = nextFoldMs(foldMs, intervalMs);
      expect(next).toBeGreaterThan(foldMs);
      expect(next - foldMs).toBeLessThanOrEqual(intervalMs);
      expect(next % intervalMs).toBe(500);
      expect(foldUntilMs(next, intervalMs)).toBe(next - 500);
      expect(foldUntilMs(next - 1, intervalMs)).toBe(next - 500 - intervalMs);
      // A timer is never early, and late by as much as the machine is busy.
      foldMs = next + report * 7;
    }
    expect(WINDOW_MS % intervalMs).toBe(0);
  },
);

it("an interval that windows do not consist of is kept as it is", () => {
  expect(nextFoldMs(1_700_000_003_217, 1500)).toBe(1_700_000_004_717);
  expect(foldUntilMs(1_700_000_003_217, 1500)).toBe(1_700_000_003_217);
  expect(sendDelayMs(1500, 0.9)).toBe(0);
});

it("what is folded at one time is sent over most of the interval, and before the next", () => {
  expect(sendDelayMs(10_000, 0)).toBe(0);
  expect(sendDelayMs(10_000, 0.999)).toBeLessThan(7000);
});
