import { expect, test } from "vitest";
import { niceMax } from "#components/charts/nice-max.ts";

test.each([
  [0, 1],
  [0.07, 0.08],
  [19.6, 20],
  [44, 50],
  [87.8, 100],
  [118, 150],
  [1000, 1000],
])("an axis up to %s ends at %s", (value, top) => {
  expect(niceMax(value)).toBe(top);
});
