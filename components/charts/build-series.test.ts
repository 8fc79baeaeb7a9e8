import { expect, test } from "vitest";
import { buildRows, describeSeries, hasFigures, isLone, type Series } from "#components/charts/build-series.ts";

const series: Series[] = [
  {
    key: "p50",
    label: "p50",
    color: "series-1",
    points: [
      { atMs: 1, value: 2 },
      { atMs: 2, value: 4 },
    ],
  },
  {
    key: "p99",
    label: "p99",
    color: "series-2",
    points: [
      { atMs: 2, value: null },
      { atMs: 3, value: 9 },
    ],
  },
];

test("a time that a series lacks is null in its row, so that the line breaks there", () => {
  expect(buildRows(series)).toEqual([
    { atMs: 1, p50: 2, p99: null },
    { atMs: 2, p50: 4, p99: null },
    { atMs: 3, p50: null, p99: 9 },
  ]);
});

test("a chart is told in words", () => {
  expect(describeSeries(series, String)).toBe("p50: now 4, from 2 to 4; p99: now 9, from 9 to 9");
  expect(describeSeries([], String)).toBe("Nothing was recorded");
});

test("nulls are no figures", () => {
  expect(hasFigures([{ key: "a", label: "a", color: "bad", points: [{ atMs: 1, value: null }] }])).toBe(false);
  expect(hasFigures(series)).toBe(true);
});

test("a figure without neighbours in time is told from those that make a line", () => {
  const rows = [null, 4, null, 2, 3, null, null, 0].map((rate, atMs) => ({ atMs, rate }));
  expect(rows.map((_, index) => isLone(rows, index, "rate"))).toEqual([
    false,
    true,
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
});
