import { BUCKET_COUNT, middleOf } from "#core/telemetry/buckets.ts";
import { bucketAt, countAt, type HistogramPart } from "#core/telemetry/histogram.ts";

/** Counts of whatever is asked about; all 0 between two questions. */
const COUNTS = new Float64Array(BUCKET_COUNT);
/** A sum of shares of counts is not exact to the last bit. */
const SLACK = 1 - 1e-9;

/**
 * Of each quantile (0 to 1) the value: that of the bucket which holds the value of its rank, and so within 2 % of it. Null where
 * nothing was counted.
 */
export function quantilesOf(parts: readonly HistogramPart[], quantiles: readonly number[]): (number | null)[] {
  let total = 0;
  let lowest = BUCKET_COUNT;
  let highest = -1;
  for (const { histogram, share } of parts) {
    for (let index = 0; index < histogram.length; index += 1) {
      const entry = histogram[index] ?? 0;
      const bucket = bucketAt(entry);
      const count = countAt(entry) * share;
      COUNTS[bucket] = (COUNTS[bucket] ?? 0) + count;
      total += count;
      if (bucket < lowest) lowest = bucket;
      if (bucket > highest) highest = bucket;
    }
  }
  const values = quantiles.map((quantile) =>
    total === 0 ? null : middleOf(atRank(quantile * total * SLACK, lowest, highest)),
  );
  COUNTS.fill(0, lowest, highest + 1);
  return values;
}

export function quantileOf(parts: readonly HistogramPart[], quantile: number): number | null {
  return quantilesOf(parts, [quantile])[0] ?? null;
}

function atRank(rank: number, lowest: number, highest: number): number {
  let below = 0;
  for (let bucket = lowest; bucket < highest; bucket += 1) {
    below += COUNTS[bucket] ?? 0;
    if (below > 0 && below >= rank) return bucket;
  }
  return highest;
}
