import { expect, test } from "vitest";
import { niceTicks } from "#components/charts/nice-ticks.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";

test.each([
  [0, [0, 0.5, 1]],
  [0.07, [0, 0.02, 0.04, 0.06, 0.08]],
  [19.6, [0, 5, 10, 15, 20]],
  [87.8, [0, 50, 100]],
  [118, [0, 50, 100, 150]],
  [1000, [0, 500, 1000]],
])("up to %s the ticks are %j", (highest, ticks) => {
  expect(niceTicks(highest)).toEqual(ticks);
});

test.each([
  ["whole numbers", (value: number) => String(Math.round(value))],
  ["percent", formatPercent],
  ["rates", formatRate],
  ["durations", formatMillis],
])("of %s no two ticks read alike, and the highest is not cut off", (_, label) => {
  for (let highest = 1e-6; highest < 1e6; highest *= 1.3) {
    const ticks = niceTicks(highest, undefined, label);
    expect([highest, new Set(ticks.map(label)).size]).toEqual([highest, ticks.length]);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest * (1 - 1e-6));
    expect(ticks.length).toBeLessThanOrEqual(5);
  }
});

test("percent never goes beyond a hundred", () => {
  expect(niceTicks(104, 100)).toEqual([0, 50, 100]);
});
