import { expect, test } from "vitest";
import { enumerateBranches, rollDice } from "#core/simulate/dice.ts";

test("goes every way in which the dice can fall, with its share", () => {
  const branches = enumerateBranches((dice) => {
    if (dice.chance(25, 100)) return "aborted";
    return ["a", "b", "c"][dice.pick([1, 0, 3])];
  }, 100);
  expect(branches).toEqual([
    { share: 0.25, value: "aborted" },
    { share: 0.1875, value: "a" },
    { share: 0.5625, value: "c" },
  ]);
});

test("does not throw for what is certain", () => {
  expect(enumerateBranches((dice) => [dice.chance(100, 100), dice.chance(0, 100)], 100)).toEqual([
    { share: 1, value: [true, false] },
  ]);
});

test("leaves out what there is too much of", () => {
  const branches = enumerateBranches((dice) => dice.pick(new Array(50).fill(1)), 10);
  expect(branches).toHaveLength(10);
  expect(branches.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(0.2);
});

test("throws by weight", () => {
  const at = (value: number) => rollDice(() => value).pick([1, 0, 3]);
  expect([at(0), at(0.2), at(0.3), at(0.999)]).toEqual([0, 0, 2, 2]);
});
