import { expect, test } from "vitest";
import { RowBudget } from "#server/telemetry/ingest/row-budget.ts";

const open = () => new RowBudget({ name: "spans", perSecond: 10, atOnce: 100 });

test("a party has what gathered at once, then so many a second, and no more however long it was silent", () => {
  const budget = open();
  expect(budget.take("a", 130, 0)).toBe(100);
  expect(budget.take("a", 130, 0)).toBe(0);
  expect(budget.take("a", 130, 1000)).toBe(10);
  expect(budget.take("a", 3, 1500)).toBe(3);
  expect(budget.take("a", 130, 3_600_000)).toBe(100);
});

test("small parts of a second are not lost, and a clock that is set back gives nothing", () => {
  const budget = open();
  budget.take("a", 100, 0);
  let taken = 0;
  for (let ms = 25; ms <= 3000; ms += 25) taken += budget.take("a", 5, ms);
  expect(taken).toBe(30);
  expect(budget.take("a", 5, 0)).toBe(0);
  expect(budget.take("a", 5, 3000)).toBe(0);
});

test("one that takes all it may leaves others theirs", () => {
  const budget = open();
  budget.take("a", 1000, 0);
  expect(budget.take("b", 100, 0)).toBe(100);
});

test("what is given back can be taken again, and is never more than there was", () => {
  const budget = open();
  budget.give("a", budget.take("a", 100, 0));
  expect(budget.take("a", 130, 0)).toBe(100);
  budget.give("a", 1000);
  expect(budget.take("a", 130, 0)).toBe(100);
});
