import { expect, test } from "vitest";
import { niceTicks } from "#components/charts/nice-ticks.ts";

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

test("percent never goes beyond a hundred", () => {
  expect(niceTicks(104, 100)).toEqual([0, 50, 100]);
});
