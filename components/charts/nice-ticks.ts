const STEPS = [1, 2, 5, 10] as const;
const INTERVALS_MAX = 4;
/** Three for each power of ten: a label that tells no ticks apart then never does. */
const COARSER_MAX = 24;

/**
 * Round, evenly spaced ticks from zero to at least `highest`, at most four intervals; never beyond `max`. They are so far apart that
 * `label` tells each from the others.
 */
export function niceTicks(
  highest: number,
  max = Number.POSITIVE_INFINITY,
  label: (value: number) => string = String,
): number[] {
  const top = highest > 0 ? Math.min(highest, max) : Math.min(1, max);
  const magnitude = 10 ** Math.floor(Math.log10(top / INTERVALS_MAX));
  const first = Math.max(
    STEPS.findIndex((candidate) => candidate * magnitude * INTERVALS_MAX >= top - 1e-9),
    0,
  );
  let ticks = ticksOf(top, stepAt(first) * magnitude);
  for (let coarser = 1; coarser <= COARSER_MAX && !areDistinct(ticks.map(label)); coarser += 1) {
    const next = ticksOf(top, stepAt(first + coarser) * magnitude);
    if ((next.at(-1) ?? 0) > max) break;
    ticks = next;
  }
  return ticks;
}

/** 1, 2, 5, 10, 20, 50, … */
const stepAt = (index: number): number => (STEPS[index % 3] ?? 1) * 10 ** Math.floor(index / 3);

function ticksOf(top: number, step: number): number[] {
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

const areDistinct = (labels: readonly string[]): boolean => new Set(labels).size === labels.length;
