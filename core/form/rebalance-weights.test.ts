import { expect, test } from "vitest";
import { evenWeights, rebalanceWeights } from "#core/form/rebalance-weights.ts";

test.each([
  { name: "moves traffic from the only other", weights: [90, 10], index: 1, share: 50, result: [50, 50] },
  { name: "keeps the proportion of the others", weights: [60, 30, 10], index: 2, share: 40, result: [40, 20, 40] },
  { name: "all to one leaves nothing to the others", weights: [50, 30, 20], index: 2, share: 100, result: [0, 0, 100] },
  {
    name: "shares equally among others that had nothing",
    weights: [0, 0, 100],
    index: 2,
    share: 50,
    result: [25, 25, 50],
  },
  {
    name: "brings weights that are no percentages to 100",
    weights: [1, 1, 2],
    index: 2,
    share: 50,
    result: [25, 25, 50],
  },
  { name: "takes a share beyond the ends as the end", weights: [50, 50], index: 0, share: 140, result: [100, 0] },
  { name: "gives a lone destination all", weights: [30], index: 0, share: 10, result: [100] },
])("$name", ({ weights, index, share, result }) => {
  expect(rebalanceWeights(weights, index, share)).toEqual(result);
});

test("every move of every slider leaves whole shares that come to 100", () => {
  for (const weights of [
    [100, 0],
    [33, 33, 34],
    [0, 0, 0],
    [7, 11, 13, 69],
    [500, 1, 1],
  ])
    for (let index = 0; index < weights.length; index++)
      for (let share = 0; share <= 100; share++) {
        const result = rebalanceWeights(weights, index, share);
        expect(result[index]).toBe(share);
        expect(result.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
        expect(result.reduce((sum, weight) => sum + weight, 0)).toBe(100);
      }
});

test.each([
  [1, [100]],
  [3, [34, 33, 33]],
  [7, [15, 15, 14, 14, 14, 14, 14]],
])("even shares among %i come to 100", (count, result) => {
  expect(evenWeights(count)).toEqual(result);
});
