import { expect, test } from "vitest";
import { formatAgo } from "#components/format/format-ago.ts";
import { formatBytes } from "#components/format/format-bytes.ts";
import { formatClock } from "#components/format/format-clock.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";

test.each([
  [null, "–"],
  [0, "0"],
  [0.004, "<0.01"],
  [0.4, "0.4"],
  [19.84, "19.8"],
  [20, "20"],
  [100, "100"],
  [1000, "1k"],
  [12_345, "12.3k"],
  [2_000_000, "2M"],
])("rate %s reads %s", (value, text) => {
  expect(formatRate(value)).toBe(text);
});

test.each([
  [null, "–"],
  [0, "0 %"],
  [0.01, "<0.1 %"],
  [3.44, "3.4 %"],
  [12.4, "12 %"],
  [99.96, ">99.9 %"],
  [100, "100 %"],
])("share %s reads %s", (value, text) => {
  expect(formatPercent(value)).toBe(text);
});

test.each([
  [null, "–"],
  [0.0004, "1 µs"],
  [0.42, "420 µs"],
  [4.25, "4.3 ms"],
  [12.4, "12 ms"],
  [999.7, "1 s"],
  [1250, "1.25 s"],
  [125_000, "2 min 5 s"],
  [11_400_000, "3 h 10 min"],
  [86_400_000, "1 d"],
])("%s ms reads %s", (value, text) => {
  expect(formatMillis(value)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1200, "1.2 kB"],
  [34_000_000, "34 MB"],
])("%s bytes read %s", (value, text) => {
  expect(formatBytes(value)).toBe(text);
});

test.each([
  [1000, "just now"],
  [42_000, "42 s ago"],
  [95_000, "1 min ago"],
  [7_500_000, "2 h ago"],
  [200_000_000, "2 d ago"],
  [-86_340_000, "in 23 h"],
])("%s ms back reads %s", (elapsed, text) => {
  expect(formatAgo(1_000_000_000 - elapsed, 1_000_000_000)).toBe(text);
});

test("a clock may show milliseconds", () => {
  expect(formatClock(Date.UTC(2026, 0, 2, 3, 4, 5, 67), { millis: true, timeZone: "UTC" })).toBe("03:04:05.067");
});
