import { expect, test } from "vitest";
import { redrawn } from "#core/simulate/send-to-cluster.ts";

const TWO = [
  { key: "a", share: 1 },
  { key: "b", share: 1 },
];

test.each([
  ["nothing was tried", [], 5, [1, 1]],
  ["nothing is drawn anew", ["a"], 0, [1, 1]],
  ["all were tried", ["a", "b"], 5, [1, 1]],
  // Six draws in a row are the one that was tried.
  ["one was tried", ["a"], 5, [2 / 64, 2 - 2 / 64]],
  ["it is drawn anew once", ["b"], 1, [1.5, 0.5]],
])("shares where %s", (_, tried, redraws, expected) => {
  expect(redrawn(TWO, new Set(tried), redraws)).toEqual(expected);
});
