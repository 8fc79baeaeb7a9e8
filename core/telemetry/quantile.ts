import { DURATION_BUCKETS_MS } from "#core/telemetry/buckets.ts";

/**
 * The `q` quantile (0 to 1) in ms of a histogram of `core/telemetry/buckets.ts`, read as Prometheus'
 * histogram_quantile does: linear inside a bucket, and the highest bound for what lies above it. Null when empty.
 */
export function quantileMs(counts: ArrayLike<number>, q: number): number | null {
  let total = 0;
  for (let index = 0; index < counts.length; index += 1) total += counts[index] ?? 0;
  if (total === 0) return null;
  const rank = q * total;
  let below = 0;
  let lower = 0;
  for (let index = 0; index < DURATION_BUCKETS_MS.length; index += 1) {
    const upper = DURATION_BUCKETS_MS[index] ?? lower;
    const count = counts[index] ?? 0;
    if (count > 0 && below + count >= rank) return lower + ((upper - lower) * (rank - below)) / count;
    below += count;
    lower = upper;
  }
  return lower;
}
