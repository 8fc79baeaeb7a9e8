/** How much a bucket lets through. */
export interface Limit {
  /** Units, a whole number. */
  readonly amount: number;
  readonly perMs: number;
  /**
   * Absent: at most `amount` in any window of `perMs`. Else at most `burst + t * amount / perMs` in any time t, which is more in a
   * window, and steady instead of all at once.
   */
  readonly burst?: number;
}

/** The most that may be admitted at one moment, and so the largest cost that can be. */
export const capacityOf = ({ amount, burst }: Limit): number => burst ?? amount;

/** The limit that one of `members` keeps to by itself; undefined where its part is less than one unit. */
export function shareOf(limit: Limit, members: number): Limit | undefined {
  const of = (units: number): number => Math.floor(units / Math.max(1, members));
  const amount = of(limit.amount);
  if (limit.burst === undefined) return amount < 1 ? undefined : { amount, perMs: limit.perMs };
  // The rate is split to the unit of time, so that parts of a unit are not lost with it.
  const burst = of(limit.burst);
  return burst < 1 ? undefined : { amount: limit.amount, perMs: limit.perMs * Math.max(1, members), burst };
}
