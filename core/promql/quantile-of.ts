/** The quantile between the values next to it; -Inf and +Inf for one below 0 and above 1. Sorts `values`, NaN first. */
export function quantileOf(quantile: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  values.sort();
  // Typed arrays have NaN last.
  let nans = 0;
  while (nans < values.length && Number.isNaN(values[values.length - 1 - nans])) nans += 1;
  const get = (index: number): number => (index < nans ? Number.NaN : (values[index - nans] ?? Number.NaN));
  const rank = quantile * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return get(lower) * (1 - weight) + get(upper) * weight;
}
