import type { Column } from "#core/promql/column.ts";
import type { EvalScope } from "#core/promql/eval-scope.ts";
import type { MatrixSelector, Subquery, TimeShift } from "#core/promql/expr.ts";
import { refMs } from "#core/promql/fetch-selectors.ts";
import type { RangeWindow } from "#core/promql/range-window.ts";
import type { SeriesLabels } from "#core/promql/series-labels.ts";
import type { SourceSeries } from "#core/promql/series-source.ts";
import { endOf, type Steps, timeOf } from "#core/promql/steps.ts";

/** Samples that ranges are cut from; markers of staleness are none. */
export interface RangeSeries {
  readonly labels: SeriesLabels;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

export interface Ranges {
  readonly series: readonly RangeSeries[];
  readonly rangeMs: number;
  readonly shift: TimeShift;
}

export function rangesOf({ selector, rangeMs }: MatrixSelector, { fetched }: EvalScope): Ranges {
  return { series: (fetched.get(selector) ?? []).map(withoutStale), rangeMs, shift: selector.shift };
}

function withoutStale({ labels, timesMs, values, stale }: SourceSeries): RangeSeries {
  if (stale === undefined) return { labels, timesMs, values };
  const isLeft = (_: number, index: number): boolean => stale[index] !== 1;
  return { labels, timesMs: timesMs.filter(isLeft), values: values.filter(isLeft) };
}

/** When a subquery evaluates what is in it: at multiples of its step. */
export function subquerySteps(of: Subquery, steps: Steps, { dialect, query, subqueryStepMs }: EvalScope): Steps {
  const everyMs = of.stepMs ?? subqueryStepMs;
  const first = refMs(of.shift, steps.startMs, query) - of.rangeMs;
  const last = refMs(of.shift, endOf(steps), query);
  let startMs = everyMs * Math.trunc(first / everyMs);
  if (dialect.isLeftOpen ? startMs <= first : startMs < first) startMs += everyMs;
  return { startMs, everyMs, count: Math.max(0, Math.floor((last - startMs) / everyMs) + 1) };
}

export function rangesOfSubquery(of: Subquery, columns: readonly Column[], steps: Steps): Ranges {
  const timesMs = new Float64Array(steps.count);
  for (let step = 0; step < steps.count; step += 1) timesMs[step] = timeOf(steps, step);
  const series = columns.map(({ labels, values, has }): RangeSeries => {
    if (!has.includes(0)) return { labels, timesMs, values };
    const isThere = (_: number, index: number): boolean => has[index] === 1;
    return { labels, timesMs: timesMs.filter(isThere), values: values.filter(isThere) };
  });
  return { series, rangeMs: of.rangeMs, shift: of.shift };
}

/** Moves one window over a series, step by step. */
export function* windowsOf(
  { timesMs, values }: RangeSeries,
  { rangeMs, shift }: Ranges,
  steps: Steps,
  { dialect, query }: EvalScope,
  paramsAt: (step: number) => readonly number[],
): Generator<readonly [step: number, window: RangeWindow], void, undefined> {
  let lo = 0;
  let hi = 0;
  for (let step = 0; step < steps.count; step += 1) {
    const atMs = timeOf(steps, step);
    const endMs = refMs(shift, atMs, query);
    const startMs = endMs - rangeMs;
    while (hi < timesMs.length && (timesMs[hi] ?? 0) <= endMs) hi += 1;
    while (lo < hi && (dialect.isLeftOpen ? (timesMs[lo] ?? 0) <= startMs : (timesMs[lo] ?? 0) < startMs)) lo += 1;
    yield [step, { timesMs, values, lo, hi, startMs, endMs, atMs, rangeMs, params: paramsAt(step), dialect }];
  }
}
