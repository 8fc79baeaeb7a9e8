import { BUCKET_COUNT, boundsOf, bucketOf } from "#core/telemetry/buckets.ts";
import { type Histogram, packHistogram } from "#core/telemetry/histogram.ts";

/** Up to a bound (`le`, in ms or in bytes) so many values: not a whole number where it is an extrapolated increase. */
export type CumulativeCount = readonly [le: number, count: number];

/**
 * The same by our buckets. Inside a bucket of the series values are spread evenly, as PromQL's `histogram_quantile` does; above its last
 * bound they are at that bound. What is counted is a whole number at every bound of ours, so that the sum of all is within one half.
 */
export function histogramOfBuckets(counts: readonly CumulativeCount[]): Histogram {
  const finite = counts.filter(([le]) => Number.isFinite(le)).sort(([a], [b]) => a - b);
  const whole = counts.reduce((most, [, count]) => Math.max(most, count), 0);
  const entries: [number, number][] = [];
  let told = 0;
  let [lower, below] = [0, 0];
  const add = (bucket: number, upTo: number): void => {
    const count = Math.round(upTo) - told;
    if (count <= 0) return;
    told += count;
    entries.push([bucket, count]);
  };
  for (const [upper, count] of finite) {
    // Series of several proxies that were scraped at different moments may go down from bucket to bucket.
    const top = Math.max(below, count);
    if (top > below)
      for (let bucket = bucketOf(lower); bucket < BUCKET_COUNT; bucket += 1) {
        const { above, upTo } = boundsOf(bucket);
        if (above >= upper) break;
        if (upTo <= lower) continue;
        add(bucket, below + ((top - below) * (Math.min(upTo, upper) - lower)) / (upper - lower));
      }
    [lower, below] = [upper, top];
  }
  if (whole > below) add(bucketOf(lower * (1 + Number.EPSILON * 4)), whole);
  return packHistogram(entries);
}
