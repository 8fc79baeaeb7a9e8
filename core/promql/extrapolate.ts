import type { RangeWindow } from "#core/promql/range-window.ts";

/**
 * What a series grew by over the whole range, from the samples within it: as far as they come close to its ends the growth goes on
 * to them, else for half the time between two samples; a counter never began below zero, and what it lost was a reset.
 */
export function extrapolate(
  { timesMs, values, lo, hi, startMs, endMs, rangeMs, dialect }: RangeWindow,
  { isCounter, isRate }: { readonly isCounter: boolean; readonly isRate: boolean },
): number | undefined {
  if (hi - lo < 2) return undefined;
  const first = values[lo] ?? Number.NaN;
  const firstMs = timesMs[lo] ?? 0;
  const lastMs = timesMs[hi - 1] ?? 0;
  let grown = (values[hi - 1] ?? Number.NaN) - first;
  if (isCounter) {
    let before = first;
    for (let index = lo + 1; index < hi; index += 1) {
      const value = values[index] ?? Number.NaN;
      if (value < before) grown += before;
      before = value;
    }
  }
  const sampled = (lastMs - firstMs) / 1000;
  const between = sampled / (hi - lo - 1);
  const isNear = between * 1.1;
  let toStart = (firstMs - startMs) / 1000;
  let toEnd = (endMs - lastMs) / 1000;
  const toZero = isCounter && grown > 0 && first >= 0 ? sampled * (first / grown) : Number.POSITIVE_INFINITY;
  if (!dialect.clampsToZeroLast) toStart = Math.min(toStart, toZero);
  if (toStart >= isNear) toStart = between / 2;
  if (dialect.clampsToZeroLast) toStart = Math.min(toStart, toZero);
  if (toEnd >= isNear) toEnd = between / 2;
  const factor = (sampled + toStart + toEnd) / sampled;
  return grown * (isRate ? factor / (rangeMs / 1000) : factor);
}
