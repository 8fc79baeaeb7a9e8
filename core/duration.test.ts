import { expect, test } from "vitest";
import { parseDurationMs } from "#core/duration.ts";

test.each([
  ["5s", 5000],
  ["250ms", 250],
  ["1h30m", 5_400_000],
  ["0.5s", 500],
  [".5s", 500],
  ["0.1s", 100],
  ["1m0.3s", 60_300],
  ["0s", 0],
  ["0", 0],
  ["500us", 0.5],
])("reads %s as %d ms", (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(["", "5", "5 s", "-5s", "s", "5sec", "1s5", "1.2.3s", "٣s"])("refuses %j", (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});
