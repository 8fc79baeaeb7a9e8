import { expect, test } from "vitest";
import { longerRange, parseRange, RANGES, refreshMs, withRange } from "#components/shell/range.ts";

test("an unknown or absent range is five minutes", () => {
  for (const name of [null, undefined, "", "2h"]) expect(parseRange(name).seconds).toBe(300);
});

test("the topology looks at one minute, unless told otherwise", () => {
  expect(parseRange(null, "/topology").seconds).toBe(60);
  expect(parseRange("1h", "/topology").seconds).toBe(3600);
});

test("a link carries the range that was chosen, but no default", () => {
  expect(withRange("/services", parseRange("1h"))).toBe("/services?range=1h");
  expect(withRange("/traces?errors=1", parseRange("1h"))).toBe("/traces?errors=1&range=1h");
  expect(withRange("/services", parseRange(null))).toBe("/services");
});

test("longer ranges are asked for less often", () => {
  const intervals = RANGES.map(refreshMs);
  expect(intervals).toEqual([...intervals].sort((a, b) => a - b));
});

test("a chart may look back longer than the page, never shorter", () => {
  expect(longerRange(parseRange("1m"), 300).name).toBe("5m");
  expect(longerRange(parseRange("1h"), 300).name).toBe("1h");
});
