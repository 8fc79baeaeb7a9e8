import { BUCKET_COUNT, bucketOf, LE_BOUNDS, LE_OF, upperBound } from "#core/telemetry/buckets.ts";

/**
 * How often which bucket, those that are empty left out: each number is `count * 1024 + bucket`, in 32 bits. On the wire, in stores and
 * in memory the same. A bucket may be there more than once: histograms are added up by putting one behind the other.
 */
export type Histogram = ArrayLike<number>;

/** Of some of what a histogram counts. */
export interface HistogramPart {
  readonly histogram: Histogram;
  readonly share: number;
}

export const NO_HISTOGRAM: Histogram = [];

/** How many bits of an entry name its bucket. */
export const BUCKET_BITS = 10;
/** The most that one entry can count. */
export const ENTRY_MAX = 2 ** (32 - BUCKET_BITS) - 1;
const BUCKET_MASK = 2 ** BUCKET_BITS - 1;

export const bucketAt = (entry: number): number => entry & BUCKET_MASK;
export const countAt = (entry: number): number => entry >>> BUCKET_BITS;

/** Counts by bucket, as they grow. */
export type BucketCounts = Map<number, number>;

export function countIn(counts: BucketCounts, value: number): void {
  const bucket = bucketOf(value);
  counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
}

export function packHistogram(counts: Iterable<readonly [bucket: number, count: number]>): number[] {
  const entries: number[] = [];
  for (const [bucket, count] of counts) addEntries(entries, bucket, count);
  return entries;
}

/** As many entries as the count of a bucket needs. */
function addEntries(entries: number[], bucket: number, count: number): void {
  for (let left = count; left > 0; left -= ENTRY_MAX)
    entries.push(Math.min(left, ENTRY_MAX) * (BUCKET_MASK + 1) + bucket);
}

/** Adds up what a histogram counts by the same bucket; what it works in is made once, for many. */
export function histogramJoiner(): (histogram: Histogram) => Histogram {
  const counts = new Float64Array(BUCKET_MASK + 1);
  return (histogram) => {
    const buckets: number[] = [];
    for (let index = 0; index < histogram.length; index += 1) {
      const entry = histogram[index] ?? 0;
      const bucket = bucketAt(entry);
      const before = counts[bucket] ?? 0;
      if (before === 0) buckets.push(bucket);
      counts[bucket] = before + countAt(entry);
    }
    const joined: number[] = [];
    for (const bucket of buckets) {
      addEntries(joined, bucket, counts[bucket] ?? 0);
      counts[bucket] = 0;
    }
    return joined;
  };
}

/** Of single values. */
export function histogramOf(values: Iterable<number>): number[] {
  const counts: BucketCounts = new Map();
  for (const value of values) countIn(counts, value);
  return packHistogram(counts);
}

/** The bucket in the middle of each of Istio's. */
export const MIDDLE_OF_LE: readonly number[] = [...LE_BOUNDS, Number.POSITIVE_INFINITY].map((_, le) => {
  const first = LE_OF.indexOf(le);
  return le === LE_BOUNDS.length ? first : first + ((LE_OF.lastIndexOf(le) - first) >> 1);
});

/** As agents before this one counted: by Istio's buckets alone. Where in them is not known. */
export function histogramOfLe(counts: readonly number[]): number[] {
  return packHistogram(counts.map((count, le) => [MIDDLE_OF_LE[le] ?? BUCKET_COUNT - 1, count]));
}

export function sizeOf(histogram: Histogram): number {
  let size = 0;
  for (let index = 0; index < histogram.length; index += 1) size += countAt(histogram[index] ?? 0);
  return size;
}

/** Adds a histogram to counts by Istio's buckets. */
export function addToLe(counts: Float64Array, histogram: Histogram): void {
  for (let index = 0; index < histogram.length; index += 1) {
    const entry = histogram[index] ?? 0;
    const le = LE_OF[bucketAt(entry)] ?? LE_BOUNDS.length;
    counts[le] = (counts[le] ?? 0) + countAt(entry);
  }
}

/** Of one window, which counts far less than a bucket's entry can. */
const ENTRIES_MAX = 2 ** BUCKET_BITS;

/** Whether it is one of a window: every entry counts something, of a bucket that there is. Entries of nothing would be as many as somebody likes. */
export function isHistogram(entries: readonly number[]): boolean {
  return (
    entries.length <= ENTRIES_MAX && entries.every((entry) => bucketAt(entry) < BUCKET_COUNT && countAt(entry) > 0)
  );
}

/** Told of so many values, above one bound and up to another. */
export type VisitRange = (count: number, above: number, upTo: number) => void;

/** Every window of every agent is asked for them: nothing is made for it. */
export function visitRanges(entries: Histogram, visit: VisitRange): void {
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index] ?? 0;
    const bucket = bucketAt(entry);
    visit(countAt(entry), bucket === 0 ? 0 : upperBound(bucket - 1), upperBound(bucket));
  }
}

/** The same of counts by Istio's buckets. */
export function visitRangesOfLe(counts: readonly number[], visit: VisitRange): void {
  for (const [le, count] of counts.entries())
    visit(count, LE_BOUNDS[le - 1] ?? 0, LE_BOUNDS[le] ?? Number.POSITIVE_INFINITY);
}
