import { expect, test } from "vitest";
import { isGrowing } from "#components/traces/is-growing.ts";
import { secondsSince } from "#components/traces/seconds-since.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3600;

test.each([
  ["just now", 0, 512],
  ["an hour ago", HOUR, 4096],
  ["in a host's future", -60, 512],
  ["longer ago than is kept", 30 * 24 * HOUR, 604_800],
])("requests of a trace are looked for since it began: %s", (_, agoSeconds, seconds) => {
  expect(secondsSince(NOW - agoSeconds * 1000, NOW)).toBe(seconds);
});

test("the range holds the trace's start, and stays the same while the trace grows", () => {
  for (let ago = 0; ago < 604_800 - 300; ago += 997) {
    const seconds = secondsSince(NOW - ago * 1000, NOW);
    expect(seconds).toBeGreaterThanOrEqual(ago + 300);
  }
  expect(secondsSince(NOW - 20_000, NOW)).toBe(secondsSince(NOW, NOW));
});

test("a trace grows for a while after its end, and one that is not there does not", () => {
  const trace = { startMs: NOW, durationMs: 5000 };
  expect([24_999, 25_000].map((after) => isGrowing(trace, NOW + after))).toEqual([true, false]);
  expect(isGrowing(undefined, NOW)).toBe(false);
});
