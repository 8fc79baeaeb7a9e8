const STEPS = [1, 2, 5, 10] as const;
const INTERVALS_MAX = 4;

/** Round, evenly spaced ticks from zero to at least `highest`, at most four intervals; never beyond `max`. */
export function niceTicks(highest: number, max = Number.POSITIVE_INFINITY): number[] {
  const top = highest > 0 ? Math.min(highest, max) : Math.min(1, max);
  const magnitude = 10 ** Math.floor(Math.log10(top / INTERVALS_MAX));
  const step = (STEPS.find((candidate) => candidate * magnitude * INTERVALS_MAX >= top - 1e-9) ?? 10) * magnitude;
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}
