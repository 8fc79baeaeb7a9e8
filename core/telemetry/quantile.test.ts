import { expect, test } from "vitest";
import { BUCKET_COUNT, bucketOf, DURATION_BUCKETS_MS } from "#core/telemetry/buckets.ts";
import { quantileMs } from "#core/telemetry/quantile.ts";

function histogram(durations: readonly number[]): number[] {
  const counts = new Array<number>(BUCKET_COUNT).fill(0);
  for (const duration of durations) counts[bucketOf(duration)] = (counts[bucketOf(duration)] ?? 0) + 1;
  return counts;
}

test.each([
  ["zero is in the lowest bucket", 0, 0],
  ["a bound belongs to its own bucket", 5, 2],
  ["just above a bound is in the next", 5.001, 3],
  ["above the highest bound is in the overflow bucket", 4_000_000, DURATION_BUCKETS_MS.length],
])("%s", (_, duration, bucket) => expect(bucketOf(duration)).toBe(bucket));

test.each([
  ["nothing has no quantile", [], 0.95, null],
  ["one bucket is read linearly", [6, 7, 8, 9], 0.5, 7.5],
  [
    "the 99th of a hundred with one slow is below the slow one's bucket",
    [...new Array<number>(99).fill(3), 400],
    0.99,
    5,
  ],
  ["the maximum is the bound of the highest bucket in use", [...new Array<number>(99).fill(3), 400], 1, 500],
  ["what is above every bound reads as the highest", [9_000_000], 0.5, 3_600_000],
])("%s", (_, durations, q, value) => expect(quantileMs(histogram(durations), q)).toBe(value));
