import { expect, test } from "vitest";
import { millisScale, percentScale, rateScale } from "#components/format/figure-scale.ts";

test.each([
  ["small rates", rateScale, [0.4, 1.5, 9.93, 0.004, 0, null], ["0.40", "1.50", "9.93", "<0.01", "0", "–"]],
  ["rates of a service", rateScale, [0.4, 19.84, 20, 100, 0.04], ["0.4", "19.8", "20.0", "100.0", "<0.1"]],
  ["rates of a gateway", rateScale, [1234, 12.4, 0.2], ["1234", "12", "<1"]],
  ["rates of a large mesh", rateScale, [12_345, 2_000_000, 90], ["12.3k", "2.0M", "90"]],
  ["shares", percentScale, [0, 3.44, 12.4, 99.96, 100], ["0 %", "3.4 %", "12.4 %", ">99.9 %", "100 %"]],
  ["fast answers", millisScale, [0.42, 4.25, 12.4], ["0.4 ms", "4.3 ms", "12.4 ms"]],
  ["slow answers", millisScale, [4.25, 420.4, null], ["4 ms", "420 ms", "–"]],
  ["very slow answers", millisScale, [4.25, 1250, 30_000], ["<0.01 s", "1.25 s", "30.00 s"]],
] as const)("%s of one column have the same decimals", (_, scale, values, texts) => {
  const format = scale(Math.max(...values.map((value) => value ?? 0)));
  expect(values.map((value) => format(value))).toEqual(texts);
});
