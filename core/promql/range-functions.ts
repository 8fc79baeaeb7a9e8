import { extrapolate } from "#core/promql/extrapolate.ts";
import type { FunctionName } from "#core/promql/function-table.ts";
import { KahanSum } from "#core/promql/kahan-sum.ts";
import { quantileOf } from "#core/promql/quantile-of.ts";
import type { RangeWindow } from "#core/promql/range-window.ts";

/** A value for a window that has samples; undefined for none. */
export type RangeFunction = (window: RangeWindow) => number | undefined;

const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

function fold(
  window: RangeWindow,
  first: (value: number) => number,
  next: (sum: number, value: number) => number,
): number {
  const { values, lo, hi } = window;
  let sum = first(at(values, lo));
  for (let index = lo + 1; index < hi; index += 1) sum = next(sum, at(values, index));
  return sum;
}

function sumOf({ values, lo, hi }: RangeWindow): number {
  const sum = new KahanSum();
  for (let index = lo; index < hi; index += 1) sum.add(at(values, index));
  return sum.value;
}

function meanOf(window: RangeWindow): number {
  const { values, lo, hi } = window;
  const mean = sumOf(window) / (hi - lo);
  if (Number.isFinite(mean)) return mean;
  // Finite values whose sum is too large: by parts.
  let slow = 0;
  for (let index = lo; index < hi; index += 1) {
    const value = at(values, index);
    if (!Number.isFinite(value)) return mean;
    slow += value / (index - lo + 1) - slow / (index - lo + 1);
  }
  return slow;
}

function varianceOf({ values, lo, hi }: RangeWindow): number {
  const mean = new KahanSum();
  const squares = new KahanSum();
  for (let index = lo; index < hi; index += 1) {
    const delta = at(values, index) - mean.value;
    mean.add(delta / (index - lo + 1));
    squares.add(delta * (at(values, index) - mean.value));
  }
  return squares.value / (hi - lo);
}

/** The last two samples: their difference, per second where asked. */
function instantDelta({ timesMs, values, lo, hi }: RangeWindow, isRate: boolean): number | undefined {
  if (hi - lo < 2) return undefined;
  const [last, previous] = [at(values, hi - 1), at(values, hi - 2)];
  const spanMs = at(timesMs, hi - 1) - at(timesMs, hi - 2);
  if (spanMs === 0) return undefined;
  if (!isRate) return last - previous;
  // A counter that was reset began at zero.
  return (last < previous ? last : last - previous) / (spanMs / 1000);
}

/** The line of least squares: its slope per second, and its height at `zeroMs`. */
function regress({ timesMs, values, lo, hi }: RangeWindow, zeroMs: number): readonly [slope: number, height: number] {
  const [sumX, sumY, sumXY, sumX2] = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()];
  const first = at(values, lo);
  let isConstant = true;
  const count = hi - lo;
  for (let index = lo; index < hi; index += 1) {
    const value = at(values, index);
    if (value !== first) isConstant = false;
    const x = (at(timesMs, index) - zeroMs) / 1000;
    sumX.add(x);
    sumY.add(value);
    sumXY.add(x * value);
    sumX2.add(x * x);
  }
  if (isConstant) return Number.isFinite(first) ? [0, first] : [Number.NaN, Number.NaN];
  const covariance = sumXY.value - (sumX.value * sumY.value) / count;
  const variance = sumX2.value - (sumX.value * sumX.value) / count;
  const slope = covariance / variance;
  return [slope, sumY.value / count - (slope * sumX.value) / count];
}

function smooth({ values, lo, hi, params: [smoothing = 0, trend = 0] }: RangeWindow): number | undefined {
  if (hi - lo < 2) return undefined;
  let before = 0;
  let level = at(values, lo);
  let slope = at(values, lo + 1) - at(values, lo);
  for (let index = lo + 1; index < hi; index += 1) {
    const scaled = smoothing * at(values, index);
    if (index - lo > 1) slope = trend * (level - before) + (1 - trend) * slope;
    before = level;
    level = scaled + (1 - smoothing) * (level + slope);
  }
  return level;
}

function countWhere({ values, lo, hi }: RangeWindow, is: (value: number, before: number) => boolean): number {
  let count = 0;
  for (let index = lo + 1; index < hi; index += 1) if (is(at(values, index), at(values, index - 1))) count += 1;
  return count;
}

const sorted = ({ values, lo, hi }: RangeWindow): Float64Array => values.slice(lo, hi);

export const RANGE_FUNCTIONS: Partial<Record<FunctionName, RangeFunction>> = {
  rate: (window) => extrapolate(window, { isCounter: true, isRate: true }),
  increase: (window) => extrapolate(window, { isCounter: true, isRate: false }),
  delta: (window) => extrapolate(window, { isCounter: false, isRate: false }),
  irate: (window) => instantDelta(window, true),
  idelta: (window) => instantDelta(window, false),
  sum_over_time: sumOf,
  avg_over_time: meanOf,
  count_over_time: ({ lo, hi }) => hi - lo,
  present_over_time: () => 1,
  last_over_time: ({ values, hi }) => at(values, hi - 1),
  min_over_time: (window) =>
    fold(
      window,
      (value) => value,
      (least, value) => (value < least || Number.isNaN(least) ? value : least),
    ),
  max_over_time: (window) =>
    fold(
      window,
      (value) => value,
      (most, value) => (value > most || Number.isNaN(most) ? value : most),
    ),
  stdvar_over_time: varianceOf,
  stddev_over_time: (window) => Math.sqrt(varianceOf(window)),
  quantile_over_time: (window) => quantileOf(window.params[0] ?? Number.NaN, sorted(window)),
  mad_over_time: (window) => {
    const median = quantileOf(0.5, sorted(window));
    return quantileOf(
      0.5,
      sorted(window).map((value) => Math.abs(value - median)),
    );
  },
  changes: (window) =>
    countWhere(window, (value, before) => value !== before && !(Number.isNaN(value) && Number.isNaN(before))),
  resets: (window) => countWhere(window, (value, before) => value < before),
  deriv: (window) => (window.hi - window.lo < 2 ? undefined : regress(window, at(window.timesMs, window.lo))[0]),
  predict_linear: (window) => {
    if (window.hi - window.lo < 2) return undefined;
    const [slope, height] = regress(window, window.atMs);
    return slope * (window.params[0] ?? Number.NaN) + height;
  },
  double_exponential_smoothing: smooth,
};
