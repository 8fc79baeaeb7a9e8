import { expect, test } from "vitest";
import { describeClockDifference } from "#core/telemetry/clock-difference.ts";

test.each([
  [725_000, "12m 5s ahead"],
  [-725_000, "12m 5s behind"],
  [600_000, "10m ahead"],
  [3_601_000, "1h ahead"],
  [-(2 * 86_400_000 + 3 * 3_600_000 + 59_000), "2d 3h behind"],
  [999, "1s ahead"],
  [0, "0s ahead"],
])("%d ms is %s", (ms, text) => {
  expect(describeClockDifference(ms)).toBe(text);
});
