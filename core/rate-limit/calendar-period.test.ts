import { expect, test, vi } from "vitest";
import { type Calendar, LONGEST_MS, periodAt } from "#core/rate-limit/calendar-period.ts";

const HOUR_MS = 3_600_000;

test.each<[string, Calendar, string, string, string, string]>([
  ["a month", "Month", "UTC", "2026-02-15T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"],
  ["the end of a year", "Month", "UTC", "2026-12-31T23:59:59.999Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"],
  [
    "a month of Berlin, with its summer",
    "Month",
    "Europe/Berlin",
    "2026-03-31T21:59:59Z",
    "2026-02-28T23:00:00Z",
    "2026-03-31T22:00:00Z",
  ],
  ["a week from Monday", "Week", "UTC", "2026-11-29T12:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"],
  ["a day of 23 hours", "Day", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
  ["a day of 25 hours", "Day", "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
  [
    "a day without midnight",
    "Day",
    "Africa/Cairo",
    "2026-04-24T12:00:00Z",
    "2026-04-23T22:00:00Z",
    "2026-04-24T21:00:00Z",
  ],
  [
    "a day that was left out before",
    "Day",
    "Pacific/Apia",
    "2011-12-31T00:00:00Z",
    "2011-12-30T10:00:00Z",
    "2011-12-31T10:00:00Z",
  ],
  [
    "an hour of half an hour's offset",
    "Hour",
    "Asia/Kolkata",
    "2026-01-01T00:10:00Z",
    "2025-12-31T23:30:00Z",
    "2026-01-01T00:30:00Z",
  ],
  [
    "the hour that comes again",
    "Hour",
    "Europe/Berlin",
    "2026-10-25T01:15:00Z",
    "2026-10-25T01:00:00Z",
    "2026-10-25T02:00:00Z",
  ],
])("%s", (_, calendar, timeZone, at, start, end) => {
  const { startMs, endMs } = periodAt(calendar, timeZone, Date.parse(at));
  expect([new Date(startMs), new Date(endMs)]).toEqual([new Date(start), new Date(end)]);
});

test("periods follow each other without a gap, each moment is in its own, and none is longer than is said", () => {
  for (const timeZone of [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Pacific/Auckland",
  ])
    for (const calendar of ["Hour", "Day", "Week", "Month"] as const) {
      let atMs = Date.parse("2026-01-01T00:00:00Z");
      for (let count = 0; count < 40; count += 1) {
        const { startMs, endMs } = periodAt(calendar, timeZone, atMs);
        expect(startMs <= atMs && atMs < endMs).toBe(true);
        expect(endMs - startMs).toBeLessThanOrEqual(LONGEST_MS[calendar]);
        expect(periodAt(calendar, timeZone, endMs - 1)).toEqual({ startMs, endMs });
        expect(periodAt(calendar, timeZone, endMs).startMs).toBe(endMs);
        atMs = endMs + (count % 3) * HOUR_MS * (calendar === "Hour" ? 0 : 1);
      }
    }
});

test("all who ask of one period have it found once, and one is the same whatever was asked before", () => {
  const zones = ["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"];
  // The clock of Lord Howe is put by half an hour at 15:00 and 15:30.
  const around = ["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"].flatMap((at) =>
    [-90, -45, -10, -1, 0, 1, 10, 29, 31, 45, 90].map((minutes) => Date.parse(at) + minutes * 60_000),
  );
  for (const timeZone of zones)
    for (const calendar of ["Hour", "Day", "Week", "Month"] as const) {
      const alone = around.map((atMs) => {
        periodAt(calendar, timeZone, atMs - 400 * 24 * HOUR_MS);
        return periodAt(calendar, timeZone, atMs);
      });
      expect(around.map((atMs) => periodAt(calendar, timeZone, atMs))).toEqual(alone);
      const backwards = around.toReversed().map((atMs) => periodAt(calendar, timeZone, atMs));
      expect(backwards.toReversed()).toEqual(alone);
    }
  const read = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
  for (let count = 0; count < 100; count += 1) periodAt("Month", "Europe/Berlin", Date.parse("2031-05-05") + count);
  expect(read.mock.calls.length).toBeLessThan(100);
  read.mockRestore();
});
