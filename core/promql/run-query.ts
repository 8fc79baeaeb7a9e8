import { checkTypes } from "#core/promql/check-types.ts";
import type { EvalScope } from "#core/promql/eval-scope.ts";
import { Evaluator } from "#core/promql/evaluator.ts";
import { type Expr, unwrap } from "#core/promql/expr.ts";
import { fetchSelectors } from "#core/promql/fetch-selectors.ts";
import { Meter, type MeterOptions } from "#core/promql/meter.ts";
import { parseExpr } from "#core/promql/parse-expr.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import { windowsOf } from "#core/promql/select-ranges.ts";
import { NO_LABELS, type SeriesLabels } from "#core/promql/series-labels.ts";
import { type Dialect, PROMETHEUS_3, type SeriesSource } from "#core/promql/series-source.ts";
import { type Steps, timeOf } from "#core/promql/steps.ts";
import { PatternBudget } from "#core/schema/pattern-budget.ts";

export interface QueryOptions extends MeterOptions {
  readonly source: SeriesSource;
  readonly dialect?: Dialect;
  /** How long a sample stands for its series; 5 minutes. */
  readonly lookbackMs?: number;
  /** Of subqueries that say none; a minute. */
  readonly subqueryStepMs?: number;
}

/** A series in an answer: its points in the order of their times. */
export interface ResultSeries {
  readonly labels: SeriesLabels;
  readonly timesMs: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export type QueryResult =
  | { readonly resultType: "matrix" | "vector"; readonly series: readonly ResultSeries[] }
  | { readonly resultType: "scalar"; readonly atMs: number; readonly value: number }
  | { readonly resultType: "string"; readonly atMs: number; readonly value: string };

const LOOKBACK_MS = 300_000;
const SUBQUERY_STEP_MS = 60_000;
/** Points of a series in one answer. */
const POINTS_MAX = 11_000;
const TYPE_WORDS = { matrix: "range vector", string: "string" } as const;

export interface RangeOfTime {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** A query over a range of time. Throws PromqlError. */
export async function queryRange(text: string, range: RangeOfTime, options: QueryOptions): Promise<QueryResult> {
  const { startMs, endMs, stepMs } = range;
  if (!(stepMs > 0))
    throw new PromqlError(
      "bad_data",
      "zero or negative query resolution step widths are not accepted. Try a positive integer",
    );
  if (endMs < startMs) throw new PromqlError("bad_data", "end timestamp must not be before start time");
  if ((endMs - startMs) / stepMs > POINTS_MAX)
    throw new PromqlError(
      "bad_data",
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
    );
  const expr = parseExpr(text);
  const type = checkTypes(expr, text);
  if (type === "matrix" || type === "string")
    throw new PromqlError(
      "bad_data",
      `invalid expression type ${JSON.stringify(TYPE_WORDS[type])} for range query, must be Scalar or instant Vector`,
    );
  const steps: Steps = { startMs, everyMs: stepMs, count: Math.floor((endMs - startMs) / stepMs) + 1 };
  const value = await new Evaluator(await scopeOf(expr, steps, range, options)).value(expr, steps);
  if (value.kind === "string") throw new PromqlError("execution", "a string is no series");
  const times = Float64Array.from({ length: steps.count }, (_, step) => timeOf(steps, step));
  if (value.kind === "scalar")
    return { resultType: "matrix", series: [{ labels: NO_LABELS, timesMs: times, values: value.values }] };
  const series = value.columns.map(({ labels, values, has }): ResultSeries => {
    const isThere = (_: number, step: number): boolean => has[step] === 1;
    return { labels, timesMs: times.filter(isThere), values: values.filter(isThere) };
  });
  return { resultType: "matrix", series: series.filter(({ timesMs }) => timesMs.length > 0).sort(byLabels) };
}

/** A query at one moment. Throws PromqlError. */
export async function queryInstant(text: string, atMs: number, options: QueryOptions): Promise<QueryResult> {
  const expr = parseExpr(text);
  const type = checkTypes(expr, text);
  const steps: Steps = { startMs: atMs, everyMs: 1, count: 1 };
  const scope = await scopeOf(expr, steps, { startMs: atMs, endMs: atMs }, options);
  const evaluator = new Evaluator(scope);
  const range = unwrap(expr);
  if (type === "matrix" && (range.kind === "matrix-selector" || range.kind === "subquery")) {
    const ranges = await evaluator.ranges(range, steps);
    const series = ranges.series.flatMap((each): ResultSeries[] => {
      const [found] = windowsOf(each, ranges, steps, scope, () => []);
      if (found === undefined) return [];
      const [, { timesMs, values, lo, hi }] = found;
      return lo === hi
        ? []
        : [{ labels: each.labels, timesMs: timesMs.subarray(lo, hi), values: values.subarray(lo, hi) }];
    });
    return { resultType: "matrix", series: series.sort(byLabels) };
  }
  const value = await evaluator.value(expr, steps);
  if (value.kind === "string") return { resultType: "string", atMs, value: value.value };
  if (value.kind === "scalar") return { resultType: "scalar", atMs, value: value.values[0] ?? Number.NaN };
  const series = value.columns.filter(({ has }) => has[0] === 1);
  return { resultType: "vector", series: series.map(({ labels, values }) => ({ labels, timesMs: [atMs], values })) };
}

async function scopeOf(expr: Expr, steps: Steps, query: EvalScope["query"], options: QueryOptions): Promise<EvalScope> {
  const { source, dialect = PROMETHEUS_3, lookbackMs = LOOKBACK_MS, subqueryStepMs = SUBQUERY_STEP_MS } = options;
  const meter = new Meter(options);
  const fetched = await fetchSelectors(expr, steps, { source, meter, lookbackMs, subqueryStepMs, query });
  return { fetched, meter, patterns: new PatternBudget(), dialect, lookbackMs, subqueryStepMs, query };
}

/** The name first, as Prometheus sorts them: label by label. */
function byLabels({ labels: a }: ResultSeries, { labels: b }: ResultSeries): number {
  const [left, right] = [[...a], [...b]];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [[nameA, valueA] = ["", ""], [nameB, valueB] = ["", ""]] = [left[index], right[index]];
    if (nameA !== nameB) return nameA < nameB ? -1 : 1;
    if (valueA !== valueB) return valueA < valueB ? -1 : 1;
  }
  return left.length - right.length;
}
