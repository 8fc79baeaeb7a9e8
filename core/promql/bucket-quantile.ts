export interface Bucket {
  readonly bound: number;
  count: number;
}

/** Counts of floats differ by what additions lose: so small a step down is none. */
const SMALL = 1e-12;

/** The quantile of a classic histogram: between the bounds of the bucket that holds it, evenly. Buckets in any order, cumulative. */
export function bucketQuantile(quantile: number, of: readonly Bucket[]): number {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  const buckets = coalesce(of);
  const last = buckets.at(-1);
  if (last === undefined || last.bound !== Number.POSITIVE_INFINITY) return Number.NaN;
  makeMonotonic(buckets);
  if (buckets.length < 2 || last.count === 0 || Number.isNaN(last.count)) return Number.NaN;
  const rank = quantile * last.count;
  let index = 0;
  while (index < buckets.length - 1 && !((buckets[index]?.count ?? 0) >= rank)) index += 1;
  if (index === buckets.length - 1) return buckets[buckets.length - 2]?.bound ?? Number.NaN;
  const found = buckets[index];
  if (found === undefined) return Number.NaN;
  if (index === 0 && found.bound <= 0) return found.bound;
  const before = buckets[index - 1];
  const start = before?.bound ?? 0;
  const below = before?.count ?? 0;
  return start + (found.bound - start) * ((rank - below) / (found.count - below));
}

/** Ascending; those of one bound together. */
function coalesce(of: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = [];
  for (const { bound, count } of [...of].sort((a, b) => a.bound - b.bound)) {
    const last = buckets.at(-1);
    if (last?.bound === bound) last.count += count;
    else buckets.push({ bound, count });
  }
  return buckets;
}

function makeMonotonic(buckets: readonly Bucket[]): void {
  let most = buckets[0]?.count ?? 0;
  for (const bucket of buckets) {
    const { count } = bucket;
    if (count < most || Math.abs(count - most) < SMALL * (Math.abs(count) + Math.abs(most))) bucket.count = most;
    else most = count;
  }
}
