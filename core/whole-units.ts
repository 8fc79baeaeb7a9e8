/** Whole units up to this, a petabyte of bytes, are exact, and so are sums of a few. */
export const UNITS_MAX = 1_000_000_000_000_000;

/** So many percent of units, rounded down: exact where the product would not be. */
export function percentOf(units: number, percent: number): number {
  const most = Math.floor(units / 100) * percent;
  const whole = Math.floor(most);
  return whole + Math.floor(most - whole + ((units % 100) * percent) / 100);
}

/** What a response may say at most that it cost: Envoy tells no more than nine digits of it. */
export const TOLD_COST_MAX = 100_000_000;
