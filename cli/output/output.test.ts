import { expect, test } from "vitest";
import { age, renderTable, until } from "#cli/output/output.ts";

const NOW = Date.parse("2026-01-02T00:00:00Z");

test.each([
  ["2026-01-01T23:59:51Z", "9s"],
  ["2026-01-01T23:56:48Z", "3m12s"],
  ["2026-01-01T21:30:00Z", "2h30m"],
  ["2025-12-30T20:00:00Z", "2d4h"],
  ["2026-01-02T00:00:05Z", "0s"],
])("%s is %s ago", (iso, expected) => {
  expect(age(iso, NOW)).toBe(expected);
});

test("a certificate that is over has expired", () => {
  expect(until("2026-01-02T23:59:00Z", NOW)).toBe("23h59m");
  expect(until("2026-01-02T00:00:00Z", NOW)).toBe("expired");
});

test("columns are as wide as their widest cell, and no line ends in blanks", () => {
  const columns = [
    { title: "name", value: (row: string[]) => row[0] },
    { title: "rule", value: (row: string[]) => row[1] },
  ];
  expect(
    renderTable(
      [
        ["reviews", ""],
        ["a", "b"],
      ],
      columns,
    ),
  ).toBe("NAME      RULE\nreviews\na         b\n");
});
