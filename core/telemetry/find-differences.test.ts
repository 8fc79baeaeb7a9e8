import { expect, test } from "vitest";
import { findDifferences } from "#core/telemetry/find-differences.ts";

const of = (field: "version" | "caller" | "code", value: string, rows: number) => ({
  field,
  value,
  rows,
  weight: rows,
});
const total = (selected: number, all: number) => ({
  selected: { rows: selected, weight: selected },
  all: { rows: all, weight: all },
});

test("a value that the selected have far more often is told with counts and shares; one that both have alike is not", () => {
  const { found } = findDifferences(
    [of("version", "v2", 95), of("version", "v1", 5), of("caller", "web", 60), of("code", "503", 100)],
    [of("version", "v2", 145), of("version", "v1", 955), of("caller", "web", 660), of("code", "503", 100)],
    total(100, 1100),
  );
  expect(found).toEqual([
    { field: "version", value: "v2", selectedRows: 95, restRows: 50, selectedShare: 0.95, restShare: 0.05 },
  ]);
});

test("of few requests nothing is told, and of chance neither", () => {
  expect(findDifferences([of("version", "v2", 9)], [of("version", "v2", 9)], total(9, 1000))).toEqual({
    ...{ selected: 9, rest: 991, rowsMin: 10, found: [] },
  });
  expect(findDifferences([of("version", "v2", 8)], [of("version", "v2", 508)], total(12, 1012)).found).toEqual([]);
});
