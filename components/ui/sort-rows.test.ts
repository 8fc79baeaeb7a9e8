import { expect, test } from "vitest";
import { formatSort, parseSort, sortRows } from "#components/ui/sort-rows.ts";
import { patchSearch } from "#components/ui/use-search-state.ts";

const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];

test("numbers sort as numbers and rows without one come last in both directions", () => {
  expect(sortRows(rows, ({ n }) => n, false).map(({ n }) => n)).toEqual([1, 2, 10, null]);
  expect(sortRows(rows, ({ n }) => n, true).map(({ n }) => n)).toEqual([10, 2, 1, null]);
});

test("names sort by the numbers in them", () => {
  expect(sortRows(["reviews-v10", "reviews-v2"], (name) => name, false)).toEqual(["reviews-v2", "reviews-v10"]);
});

test("a sort survives the URL", () => {
  for (const sort of [
    { column: "rate", isDescending: true },
    { column: "name", isDescending: false },
  ])
    expect(parseSort(formatSort(sort), { column: "x", isDescending: false })).toEqual(sort);
});

test("a patch sets, removes and leaves the rest of the query string", () => {
  expect(patchSearch("?range=5m&q=a", { q: null, sort: "-rate" })).toBe("range=5m&sort=-rate");
});
