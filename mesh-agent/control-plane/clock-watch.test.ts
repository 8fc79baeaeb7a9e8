import { beforeEach, expect, test } from "vitest";
import { ClockWatch } from "#mesh-agent/control-plane/clock-watch.ts";
import { loggerTo } from "#testing/loggers.ts";

const MINUTE = 60_000;
const SERVER = 1_700_000_000_000;

let log: string[];
let nowMs: number;
let watch: ClockWatch;

beforeEach(() => {
  log = [];
  watch = new ClockWatch(
    loggerTo((level, message) => log.push(`${level} ${message}`)),
    () => nowMs,
  );
});

/** An answer that was 200 ms on its way there and back, at a host whose clock is so far ahead. */
function hear(aheadMs: number, tripMs = 200): void {
  nowMs = SERVER + aheadMs + tripMs / 2;
  watch.hear(SERVER, nowMs - tripMs);
}

test("a clock within five minutes is known, and no complaint", () => {
  expect(watch.aheadMs).toBeUndefined();
  hear(299_000);
  expect(watch.aheadMs).toBe(299_000);
  expect(watch.complaint).toBeUndefined();
  expect(log).toEqual([]);
});

test("one beyond is told once, with how far and the next step, and once more when it is right", () => {
  for (const ahead of [12 * MINUTE, 12 * MINUTE + 40, 13 * MINUTE]) hear(ahead);
  expect(watch.complaint).toMatch(/^this host's clock is 13m ahead of the control plane's, .*\(hint: set it, .*NTP/);
  hear(-90 * MINUTE);
  expect(watch.complaint).toMatch(/^this host's clock is 1h 30m behind /);
  // At the limit it is not told of again and again.
  hear(4.9 * MINUTE);
  hear(5.1 * MINUTE);
  hear(20);
  expect(watch.complaint).toBeUndefined();
  expect(log).toEqual([
    expect.stringMatching(/^warn this host's clock is 12m ahead of the control plane's/),
    "info this host's clock is near the control plane's again",
  ]);
});

test.each([
  ["took longer than a call may", 11_000],
  ["came before it was asked for, as the clock was set meanwhile", -1],
])("an answer that %s tells nothing", (_, tripMs) => {
  hear(60 * MINUTE, tripMs);
  expect(watch.aheadMs).toBeUndefined();
  expect(log).toEqual([]);
});
