import { expect, test } from "vitest";
import { LONGEST_MS } from "#core/rate-limit/calendar-period.ts";
import type { LedgerMeter } from "#core/rate-limit/ledger-meter.ts";
import type { Limit, Period } from "#core/rate-limit/limit.ts";
import { openMeter } from "#core/rate-limit/open-meter.ts";

const at = (text: string): number => Date.parse(text);
const DAY: Period = { kind: "calendar", calendar: "Day", timeZone: "UTC", carryPercent: 0 };
const limitOf = (amount: number, period: Period, isOpen = false): Limit => ({
  amount,
  perMs: period.kind === "calendar" ? LONGEST_MS[period.calendar] : 3_600_000,
  ledger: { period, isOpen },
});
const meterOf = (amount: number, period: Period, saved?: readonly number[]): LedgerMeter =>
  openMeter(limitOf(amount, period), saved) as LedgerMeter;

const NOON = at("2026-05-05T12:00:00Z");
const MIDNIGHT = at("2026-05-06T00:00:00Z");

test("a period begins anew at its boundary, and what was used before it and is told after it is of the last", () => {
  const meter = meterOf(10, DAY);
  meter.spend(9, NOON, NOON);
  expect([meter.room(NOON), meter.room(MIDNIGHT - 1), meter.room(MIDNIGHT)]).toEqual([1, 1, 10]);
  meter.spend(1, MIDNIGHT - 1, MIDNIGHT + 500);
  meter.spend(2, MIDNIGHT, MIDNIGHT + 500);
  expect(meter.entries(MIDNIGHT + 500).map(({ used }) => used)).toEqual([2, 10]);
  expect(meter.waitMs(9, MIDNIGHT + 500)).toBe(24 * 3_600_000 - 500);
});

test("what was left is carried, at most so much of the amount; a late charge takes no more than it is", () => {
  const meter = meterOf(100, { ...DAY, carryPercent: 10 });
  meter.spend(95, NOON, NOON);
  expect(meter.room(MIDNIGHT)).toBe(105);
  meter.spend(3, MIDNIGHT - 1, MIDNIGHT);
  expect(meter.room(MIDNIGHT)).toBe(102);
  meter.spend(1, MIDNIGHT, MIDNIGHT);
  // The day after but one: nothing is known of the day before it.
  expect(meter.room(MIDNIGHT + 3 * 24 * 3_600_000)).toBe(100);
});

test("what is carried is capped, also over several periods", () => {
  const meter = meterOf(100, { ...DAY, carryPercent: 10 });
  for (const day of [0, 1, 2]) meter.spend(1, MIDNIGHT + day * 86_400_000, MIDNIGHT + day * 86_400_000);
  expect(meter.room(MIDNIGHT + 3 * 86_400_000)).toBe(110);
});

test("what was added is of its period; a reset leaves it", () => {
  const meter = meterOf(10, DAY);
  meter.spend(10, NOON, NOON);
  meter.add(5, NOON);
  expect(meter.room(NOON)).toBe(5);
  meter.reset(NOON);
  expect([meter.room(NOON), meter.room(MIDNIGHT)]).toEqual([15, 10]);
});

test("once is for ever, and a clock that jumps makes nothing of it", () => {
  const meter = meterOf(10, { kind: "once" });
  meter.spend(10, NOON, NOON);
  expect([meter.room(NOON + 1e12), meter.isFresh(NOON + 1e12)]).toEqual([0, false]);
  meter.refund(4, NOON, NOON);
  expect(meter.room(NOON)).toBe(4);
});

test("rolling: no window has more than the amount, and what was added leaves as uses do", () => {
  const meter = meterOf(10, { kind: "rolling" });
  meter.spend(10, NOON, NOON);
  meter.add(3, NOON + 1000);
  expect(meter.room(NOON + 1000)).toBe(3);
  meter.refund(2, NOON + 5000, NOON + 5000);
  expect(meter.room(NOON + 5000)).toBe(5);
  expect(meter.room(NOON + 3_600_001)).toBe(13);
  expect(meter.room(NOON + 3_601_001)).toBe(10);
});

test("one that refuses nobody counts on beyond the amount", () => {
  const meter = openMeter(limitOf(10, DAY, true)) as LedgerMeter;
  meter.spend(25, NOON, NOON);
  expect(meter.room(NOON)).toBeGreaterThan(1e12);
  expect(meter.entries(NOON)[0]).toMatchObject({ used: 25, amount: 10 });
});

test.each<[string, Period]>([
  ["a calendar", { ...DAY, carryPercent: 10 }],
  ["rolling", { kind: "rolling" }],
  ["once", { kind: "once" }],
])("%s: what was saved goes on as it was", (_, period) => {
  const meter = meterOf(100, period);
  meter.spend(60, NOON - 1000, NOON);
  meter.add(7, NOON);
  if (period.kind === "calendar") meter.spend(3, MIDNIGHT, MIDNIGHT);
  const again = meterOf(100, period, JSON.parse(JSON.stringify(meter.save())) as number[]);
  const then = period.kind === "calendar" ? MIDNIGHT : NOON;
  expect(again.entries(then)).toEqual(meter.entries(then));
  expect(again.room(then)).toBe(meter.room(then));
});

test("what was used counts on where the period is another one", () => {
  const before = meterOf(100, DAY);
  before.spend(60, NOON, NOON);
  const month = meterOf(100, { ...DAY, calendar: "Month" }, before.save());
  expect(month.room(NOON)).toBe(40);
  expect(meterOf(100, { kind: "rolling" }, month.save()).room(NOON)).toBe(40);
});

test("what people added goes with what was used where the period is another one, and is there once", () => {
  const BERLIN: Period = { kind: "calendar", calendar: "Day", timeZone: "Europe/Berlin", carryPercent: 0 };
  let meter = meterOf(10, DAY);
  meter.add(5, NOON);
  meter.spend(12, NOON, NOON);
  for (const period of [BERLIN, DAY, { kind: "rolling" }, BERLIN, { kind: "once" }] as const) {
    // Also where it is read twice before time is told.
    meter = meterOf(10, period, meterOf(10, period, meter.save()).save());
    expect([period, meter.room(NOON)]).toEqual([period, 3]);
  }
});

const WEEK_MS = 7 * 24 * 3_600_000;

test.each<[string, Period]>([
  ["a calendar", DAY],
  ["rolling", { kind: "rolling" }],
  ["once", { kind: "once" }],
])("%s: what was begun anew is not given back once more, also after a restart", (_, period) => {
  let meter = meterOf(100, period);
  meter.spend(50, NOON, NOON);
  meter.reset(NOON + 1000);
  meter.spend(30, NOON + 2000, NOON + 2000);
  meter.refund(30, NOON, NOON + 3000);
  expect(meter.room(NOON + 3000)).toBe(70);
  for (let times = 0; times < 2; times += 1) meter = meterOf(100, period, meter.save());
  meter.refund(30, NOON, NOON + 3000);
  expect(meter.room(NOON + 3000)).toBe(70);
  meter.refund(10, NOON + 2000, NOON + 3000);
  expect(meter.room(NOON + 3000)).toBe(80);
});

test("what was begun anew is not given back where the period becomes another one, nor after a day", () => {
  const meter = meterOf(100, { ...DAY, carryPercent: 100 });
  meter.spend(50, NOON, NOON);
  meter.reset(NOON + 1000);
  meter.spend(30, NOON + 2000, NOON + 2000);
  let month = meterOf(100, { ...DAY, calendar: "Month" }, meter.save());
  month = meterOf(100, { ...DAY, calendar: "Month" }, month.save());
  month.refund(30, NOON, NOON + 3000);
  expect(month.room(NOON + 3000)).toBe(70);
  const next = meterOf(100, { ...DAY, carryPercent: 100 }, meter.save());
  expect(next.room(MIDNIGHT)).toBe(170);
  next.refund(30, NOON, MIDNIGHT);
  expect(next.room(MIDNIGHT)).toBe(170);
  const again = meterOf(100, { ...DAY, carryPercent: 100 }, next.save());
  again.refund(30, NOON, MIDNIGHT);
  expect(again.room(MIDNIGHT)).toBe(170);
});

test("what is given back two periods late makes nothing of what is carried, nor of this one", () => {
  const meter = meterOf(100, { ...DAY, carryPercent: 50 });
  meter.spend(90, NOON, NOON);
  meter.spend(80, MIDNIGHT, MIDNIGHT);
  const dayAfter = MIDNIGHT + 24 * 3_600_000;
  expect(meter.room(dayAfter)).toBe(130);
  meter.refund(20, NOON, dayAfter);
  expect(meter.room(dayAfter)).toBe(130);
  meter.spend(10, MIDNIGHT + WEEK_MS, MIDNIGHT + WEEK_MS);
  meter.refund(10, NOON, MIDNIGHT + WEEK_MS);
  expect(meter.room(MIDNIGHT + WEEK_MS)).toBe(90);
});
