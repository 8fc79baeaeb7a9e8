import { expect, test } from "vitest";
import { CalendarClock } from "#core/rate-limit/calendar-clock.ts";

const HOUR_MS = 3_600_000;

function clockAt(wallMs: number, lastMs = 0) {
  const time = { steadyMs: 5000, wallMs };
  const clock = new CalendarClock({ monotonicMs: () => time.steadyMs, wallMs: () => time.wallMs }, lastMs);
  const pass = (ms: number, jumpMs = 0): number => {
    time.steadyMs += ms;
    time.wallMs += ms + jumpMs;
    return clock.now();
  };
  return { clock, pass };
}

test("it is the wall's time, also after a while in which nobody was there", () => {
  const { clock, pass } = clockAt(1_000_000, 400_000);
  expect([clock.now(), pass(10), pass(HOUR_MS)]).toEqual([1_000_000, 1_000_010, 1_000_010 + HOUR_MS]);
});

test("a wall that is far ahead at the start begins no period: it is followed when it has stood by that, and forgotten when it comes back", () => {
  const YEAR_MS = 365 * 24 * HOUR_MS;
  const wrong = clockAt(YEAR_MS, 400_000);
  expect([wrong.clock.now(), wrong.pass(1000), wrong.pass(1000, -YEAR_MS + 500_000)]).toEqual([
    400_000, 401_000, 402_000,
  ]);
  expect(wrong.pass(600_000)).toBe(1_102_000);
  const away = clockAt(YEAR_MS, 400_000);
  expect([away.pass(599_999), away.pass(1)]).toEqual([999_999, YEAR_MS + 600_000]);
});

test("a wall that jumps ahead is believed when it has stood by that for ten minutes, and one that comes back is not", () => {
  const { pass } = clockAt(0);
  expect([pass(1000, HOUR_MS), pass(1000), pass(1000, -HOUR_MS)]).toEqual([1000, 2000, 3000]);
  expect(pass(1000, HOUR_MS)).toBe(4000);
  expect(pass(600_000)).toBe(604_000 + HOUR_MS);
});

test("it never goes back: a wall that is behind is waited for", () => {
  const { clock, pass } = clockAt(0, HOUR_MS);
  expect([clock.now(), pass(1000), pass(HOUR_MS)]).toEqual([HOUR_MS, HOUR_MS, HOUR_MS + 1000]);
});
