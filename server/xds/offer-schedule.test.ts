import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OfferSchedule } from "#server/xds/offer-schedule.ts";

let offers: number;
let schedule: OfferSchedule;

beforeEach(() => {
  vi.useFakeTimers();
  offers = 0;
  schedule = new OfferSchedule([30_000, 60_000, 300_000], () => {
    offers += 1;
  });
});
afterEach(() => {
  schedule.stop();
  vi.useRealTimers();
});

/** Offers in that time; delays are a fifth longer or shorter. */
function within(seconds: number): number {
  const before = offers;
  vi.advanceTimersByTime(seconds * 1000);
  return offers - before;
}

test("offers more and more rarely, however often it is asked to, and then every five minutes", () => {
  schedule.note(true);
  expect(within(23)).toBe(0);
  schedule.note(true);
  expect(within(14)).toBe(1);
  expect(within(30)).toBe(0);
  expect(within(42)).toBe(1);
  const hour = within(3600);
  expect(hour).toBeGreaterThanOrEqual(3600 / 360 - 1);
  expect(hour).toBeLessThanOrEqual(3600 / 240 + 1);
});

test("begins anew once nothing was to be offered, and ends with its client", () => {
  schedule.note(true);
  within(120);
  schedule.note(false);
  expect(within(3600)).toBe(0);
  schedule.note(true);
  expect(within(37)).toBe(1);
  schedule.stop();
  expect(within(3600)).toBe(0);
});
