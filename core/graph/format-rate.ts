/** Kiali's form of a rate: two decimals, and up to five until a digit other than zero shows. */
export function formatRate(rate: number): string {
  let decimals = 2;
  while (rate > 0 && decimals < 5 && Number(rate.toFixed(decimals)) === 0) decimals += 1;
  return rate.toFixed(decimals);
}

/** Kiali's form of a share: one decimal. */
export function formatPercent(percent: number): string {
  return percent.toFixed(1);
}
