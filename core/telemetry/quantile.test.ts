import { expect, test } from "vitest";
import { BUCKET_COUNT, boundsOf, bucketOf, LE_BOUNDS, LE_COUNT, LE_OF, middleOf } from "#core/telemetry/buckets.ts";
import { addToLe, ENTRY_MAX, histogramOf, MIDDLE_OF_LE, packHistogram, sizeOf } from "#core/telemetry/histogram.ts";
import { quantileOf, quantilesOf } from "#core/telemetry/quantile.ts";

const QUANTILES = [0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1];
const part = (values: readonly number[], share = 1) => ({ histogram: histogramOf(values), share });

/** A few shapes of latencies, in whole ms as Envoy tells them, and of sizes. */
const SHAPES: readonly (readonly [string, (index: number) => number])[] = [
  ["even", (index) => (index * 7919) % 5000],
  ["with a long tail", (index) => Math.round(Math.exp(((index * 7919) % 5000) / 400))],
  ["in two humps", (index) => (index % 10 === 0 ? 3000 : 20) + ((index * 31) % 15)],
  ["of bytes, up to gigabytes", (index) => Math.round(1.5 ** ((index * 7919) % 60))],
];

test.each(SHAPES)("percentiles of %s values are within 2 % of those of the raw ones", (_, valueAt) => {
  const values = Array.from({ length: 5000 }, (_each, index) => valueAt(index));
  const sorted = values.toSorted((a, b) => a - b);
  const parts = [0, 1, 2].map((third) => part(values.filter((_each, index) => index % 3 === third)));
  for (const [index, found] of quantilesOf(parts, QUANTILES).entries()) {
    const exact = sorted[Math.max(0, Math.ceil((QUANTILES[index] ?? 0) * sorted.length) - 1)] ?? 0;
    expect(Math.abs((found ?? Number.NaN) - exact)).toBeLessThanOrEqual(0.02 * exact);
  }
});

test("Istio's buckets count the same, by whichever a value is counted", () => {
  const values = [...LE_BOUNDS, ...LE_BOUNDS.map((bound) => bound * 1.001), 0, 2 ** 41];
  const expected = new Array<number>(LE_COUNT).fill(0);
  for (const value of values) {
    const le = LE_BOUNDS.findIndex((bound) => value <= bound);
    const at = le < 0 ? LE_BOUNDS.length : le;
    expected[at] = (expected[at] ?? 0) + 1;
  }
  const counts = new Float64Array(LE_COUNT);
  addToLe(counts, histogramOf(values));
  expect([...counts]).toEqual(expected);
  expect(MIDDLE_OF_LE.map((bucket) => LE_OF[bucket])).toEqual([...expected.keys()]);
});

test("the buckets are those that stores hold: as many, with the same bounds", () => {
  expect(BUCKET_COUNT).toBe(737);
  expect([1, 100, 412, 736].map((bucket) => boundsOf(bucket).above)).toEqual([
    0.5,
    expect.closeTo(22.294, 2),
    expect.closeTo(3_464_006, 0),
    2 ** 40,
  ]);
  for (let value = 1; value < 5000; value += 7) {
    const { above, upTo } = boundsOf(bucketOf(value));
    expect(value > above && value <= upTo).toBe(true);
  }
});

test("a count beyond that of one entry is in several", () => {
  const histogram = packHistogram([[3, ENTRY_MAX * 2 + 5]]);
  expect(histogram).toHaveLength(3);
  expect(sizeOf(histogram)).toBe(ENTRY_MAX * 2 + 5);
  expect(histogram.every((entry) => entry < 2 ** 32)).toBe(true);
});

test("nothing has no percentile, what took no time took none, and a share of some is a share of their weight", () => {
  expect(quantileOf([], 0.5)).toBeNull();
  expect(quantileOf([part([0, 0])], 0.99)).toBe(0);
  const parts = [part(new Array<number>(10).fill(5)), part(new Array<number>(10).fill(500), 0.1)];
  expect(quantilesOf(parts, [0.9, 0.95])).toEqual([middleOf(bucketOf(5)), middleOf(bucketOf(500))]);
});
