import { expect, test } from "vitest";
import { ledgerSeries } from "#components/limits/ledger-series.ts";
import type { LedgerChangeView } from "#core/view/limit.ts";

const AT = Date.parse("2026-03-01T12:00:00Z");
const entry = (second: number, what: LedgerChangeView["what"], units: number, used: number): LedgerChangeView => ({
  ...{ at: new Date(AT + second * 1000).toISOString(), what, units, used, held: 0, author: "a", reason: "" },
});
const of = { startsAt: new Date(AT).toISOString(), amount: 100, carried: 5, added: 50 };
const valuesOf = (changes: readonly LedgerChangeView[], used: number) =>
  ledgerSeries({ ...of, changes, used }, AT + 60_000).map(({ points }) => points.map(({ value }) => value));

test("used and left after each entry, oldest first, and what was added from then on", () => {
  const changes = [entry(30, "draw", 20, 60), entry(20, "top-up", 50, 40), entry(10, "draw", 40, 40)];
  expect(valuesOf(changes, 60)).toEqual([
    [40, 40, 60, 60],
    [65, 115, 95, 95],
  ]);
});

test("entries of the period before are none of this one's", () => {
  expect(valuesOf([entry(-10, "draw", 90, 90)], 0)).toEqual([]);
});

test("nobody has less than nothing left", () => {
  expect(valuesOf([entry(10, "draw", 300, 300)], 300)[1]).toEqual([0, 0]);
});
