const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10] as const;

/** The next round number above a value, for the top of an axis. */
export function niceMax(value: number): number {
  if (value <= 0) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.find((candidate) => value <= candidate * magnitude) ?? 10;
  return Number((step * magnitude).toPrecision(6));
}
