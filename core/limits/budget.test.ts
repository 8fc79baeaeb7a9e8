import { expect, test } from "vitest";
import { Budget } from "#core/limits/budget.ts";

function open(perParty: number, inSum: number) {
  const told: string[] = [];
  const budget = new Budget({
    name: "bytes",
    perParty,
    inSum,
    onRefused: (name, party) => told.push(`${name}: ${party}`),
  });
  /** Takes steps of `step` until it is refused: what it holds then. */
  const fill = (party: string, step: number): number => {
    let held = 0;
    while (budget.take(party, step)) held += step;
    return held;
  };
  return { budget, told, fill };
}

test("a party has what it may and no more, and what was given back is free again", () => {
  const { budget, told, fill } = open(20, 100);
  expect(fill("a", 10)).toBe(20);
  expect(told).toEqual(["bytes: a"]);
  budget.give("a", 10);
  expect(budget.sum).toBe(10);
  expect(fill("a", 10)).toBe(10);
});

test.each([
  ["bytes of HTTP requests", 128 * 1024, 256 * 1024, 20, 64],
  ["bytes of strangers", 4 * 1024, 32 * 1024, 40, 4],
  ["calls", 10_000, 40_000, 40, 2],
  ["connections", 5000, 20_000, 40, 1],
])(
  "parties that take all they may of %s leave room for one that asks for little",
  (_, perParty, inSum, parties, little) => {
    const { budget, fill } = open(perParty, inSum);
    for (let at = 0; at < parties; at += 1) fill(`greedy${at}`, 1);
    expect(budget.sum).toBeLessThan(inSum);
    expect(budget.take("small", little)).toBe(true);
    expect(budget.take("greedy0", 1)).toBe(false);
  },
);

test("parties that hold little may have nearly all of it", () => {
  const { budget } = open(5000, 20_000);
  let admitted = 0;
  while (budget.take(`party${admitted}`, 1)) admitted += 1;
  expect(admitted).toBe(20_000 - 16);
});
