import { assertNever } from "#core/brand.ts";
import { absentLabels } from "#core/promql/absent-labels.ts";
import { aggregateColumns } from "#core/promql/aggregate-columns.ts";
import { type Column, isEmpty, makeColumn, mergeSame, put, withoutName } from "#core/promql/column.ts";
import { combineSets, combineVectors, combineWithScalar, operate } from "#core/promql/combine-columns.ts";
import type { EvalScope } from "#core/promql/eval-scope.ts";
import {
  type Binary,
  type Call,
  type Expr,
  isSetOp,
  type MatrixSelector,
  type Subquery,
  unwrap,
} from "#core/promql/expr.ts";
import { histogramColumns } from "#core/promql/histogram-columns.ts";
import { INSTANT_FUNCTIONS, type InstantFunction, TIME_FUNCTIONS } from "#core/promql/instant-functions.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import { RANGE_FUNCTIONS, type RangeFunction } from "#core/promql/range-functions.ts";
import { joinLabels, replaceLabel } from "#core/promql/relabel-columns.ts";
import { selectColumns } from "#core/promql/select-columns.ts";
import { type Ranges, rangesOf, rangesOfSubquery, subquerySteps, windowsOf } from "#core/promql/select-ranges.ts";
import { NO_LABELS } from "#core/promql/series-labels.ts";
import { type Steps, timeOf } from "#core/promql/steps.ts";

/** An expression at each step. */
export type Value =
  | { readonly kind: "scalar"; readonly values: Float64Array }
  | { readonly kind: "vector"; readonly columns: readonly Column[] }
  | { readonly kind: "string"; readonly value: string };

const vector = (columns: readonly Column[]): Value => ({ kind: "vector", columns });
const STEPS_MAX = 1_000_000;

/** Evaluates a checked expression, all steps of a series at once. */
export class Evaluator {
  readonly #scope: EvalScope;

  constructor(scope: EvalScope) {
    this.#scope = scope;
  }

  /** Others have their turn between the parts of an expression, however small each is. */
  async value(expr: Expr, steps: Steps): Promise<Value> {
    const value = await this.#evaluate(expr, steps);
    const columns = value.kind === "vector" ? value.columns.length : 1;
    const turn = this.#scope.meter.work(columns * steps.count);
    if (turn !== undefined) await turn;
    return value;
  }

  async #evaluate(expr: Expr, steps: Steps): Promise<Value> {
    switch (expr.kind) {
      case "number":
        return { kind: "scalar", values: new Float64Array(steps.count).fill(expr.value) };
      case "string":
        return { kind: "string", value: expr.value };
      case "vector-selector":
        return vector(await selectColumns(expr, steps, this.#scope));
      case "paren":
        return this.value(expr.of, steps);
      case "unary":
        return this.#unary(expr.op, await this.value(expr.of, steps));
      case "binary":
        return this.#binary(expr, steps);
      case "aggregation": {
        const param = expr.param === undefined ? undefined : await this.value(expr.param, steps);
        const columns = await this.columns(expr.of, steps);
        const given = param?.kind === "scalar" ? param.values : param?.kind === "string" ? param.value : undefined;
        return vector(await aggregateColumns(expr, columns, given, steps.count, this.#scope));
      }
      case "call":
        return this.#call(expr, steps);
      case "matrix-selector":
      case "subquery":
        throw new PromqlError("execution", "a range vector is no value by itself");
      default:
        return assertNever(expr);
    }
  }

  async columns(expr: Expr, steps: Steps): Promise<readonly Column[]> {
    const value = await this.value(expr, steps);
    return value.kind === "vector" ? value.columns : [];
  }

  /** Samples of which a range is cut. */
  async ranges(expr: MatrixSelector | Subquery, steps: Steps): Promise<Ranges> {
    if (expr.kind === "matrix-selector") return rangesOf(expr, this.#scope);
    const inner = subquerySteps(expr, steps, this.#scope);
    if (inner.count > STEPS_MAX)
      throw new PromqlError("execution", `subquery of ${inner.count} steps: ${STEPS_MAX} at most`);
    return rangesOfSubquery(expr, await this.columns(expr.of, inner), inner);
  }

  async #scalar(expr: Expr | undefined, steps: Steps): Promise<Float64Array> {
    const value = expr === undefined ? undefined : await this.value(expr, steps);
    return value?.kind === "scalar" ? value.values : new Float64Array(steps.count).fill(Number.NaN);
  }

  #unary(op: "+" | "-", value: Value): Value {
    if (op === "+" || value.kind === "string") return value;
    if (value.kind === "scalar") return { kind: "scalar", values: value.values.map((each) => -each) };
    const negated = value.columns.map(({ labels, values, has }) => ({
      labels: withoutName(labels),
      values: values.map((each) => -each),
      has,
    }));
    return vector(mergeSame(negated, true));
  }

  async #binary(expr: Binary, steps: Steps): Promise<Value> {
    const left = await this.value(expr.left, steps);
    const right = await this.value(expr.right, steps);
    if (left.kind === "string" || right.kind === "string")
      throw new PromqlError("execution", "no operator takes a string");
    const { meter } = this.#scope;
    if (left.kind === "vector" && right.kind === "vector") {
      const combine = isSetOp(expr.op) ? combineSets : combineVectors;
      return vector(await combine(expr, left.columns, right.columns, meter));
    }
    if (left.kind === "vector")
      return vector(
        await combineWithScalar(
          expr,
          left.columns,
          { values: (right as { values: Float64Array }).values, isLeft: false },
          meter,
        ),
      );
    if (right.kind === "vector")
      return vector(await combineWithScalar(expr, right.columns, { values: left.values, isLeft: true }, meter));
    return {
      kind: "scalar",
      values: left.values.map((value, step) => operate(expr.op, value, right.values[step] ?? Number.NaN)),
    };
  }

  async #call(call: Call, steps: Steps): Promise<Value> {
    const { name, args } = call;
    const [first, second] = args;
    const everyStep = (of: (step: number) => number): Float64Array => {
      const values = new Float64Array(steps.count);
      for (let step = 0; step < steps.count; step += 1) values[step] = of(step);
      return values;
    };
    const ofRange = (RANGE_FUNCTIONS as Readonly<Record<string, RangeFunction | undefined>>)[name];
    if (ofRange !== undefined) return vector(await this.#ofRange(call, ofRange, steps));
    const ofInstant = (INSTANT_FUNCTIONS as Readonly<Record<string, InstantFunction | undefined>>)[name];
    if (ofInstant !== undefined) return vector(await this.#ofInstant(call, ofInstant, steps));
    switch (name) {
      case "time":
        return { kind: "scalar", values: everyStep((step) => timeOf(steps, step) / 1000) };
      case "pi":
        return { kind: "scalar", values: everyStep(() => Math.PI) };
      case "vector": {
        const values = await this.#scalar(first, steps);
        return vector([{ labels: NO_LABELS, values, has: new Uint8Array(steps.count).fill(1) }]);
      }
    }
    if (first === undefined) throw new PromqlError("execution", `${name} has no arguments`);
    switch (name) {
      case "scalar": {
        const columns = await this.columns(first, steps);
        const only = (step: number): number => {
          const there = columns.filter(({ has }) => has[step] === 1);
          return there.length === 1 ? (there[0]?.values[step] ?? Number.NaN) : Number.NaN;
        };
        return { kind: "scalar", values: everyStep(only) };
      }
      case "timestamp": {
        const selector = unwrap(first);
        const columns =
          selector.kind === "vector-selector"
            ? await selectColumns(selector, steps, this.#scope, true)
            : (await this.columns(first, steps)).map((column) => ({
                ...column,
                values: everyStep((step) => timeOf(steps, step) / 1000),
              }));
        return vector(mergeSame(columns.map((column) => ({ ...column, labels: withoutName(column.labels) }))));
      }
      case "absent":
        return vector(absent(await this.columns(first, steps), call, steps.count));
      case "absent_over_time":
        return vector(absent(await this.#ofRange(call, () => 1, steps, false), call, steps.count));
      case "sort":
      case "sort_desc":
        return vector(sorted(await this.columns(first, steps), name === "sort" ? 1 : -1));
      case "histogram_quantile":
        return vector(
          await histogramColumns(
            await this.#scalar(first, steps),
            second === undefined ? [] : await this.columns(second, steps),
            steps.count,
            this.#scope.meter,
          ),
        );
      case "label_replace":
        return vector(await replaceLabel(await this.columns(first, steps), args.slice(1).map(textOf), this.#scope));
      case "label_join":
        return vector(await joinLabels(await this.columns(first, steps), args.slice(1).map(textOf), this.#scope));
      default:
        throw new PromqlError("execution", `unknown function with name ${JSON.stringify(name)}`);
    }
  }

  async #ofInstant({ name, args }: Call, of: InstantFunction, steps: Steps): Promise<readonly Column[]> {
    const [first, ...rest] = args;
    const scalars: Float64Array[] = [];
    for (const arg of rest) scalars.push(await this.#scalar(arg, steps));
    const columns =
      first === undefined && TIME_FUNCTIONS.has(name)
        ? [
            {
              labels: NO_LABELS,
              values: Float64Array.from({ length: steps.count }, (_, step) => timeOf(steps, step) / 1000),
              has: new Uint8Array(steps.count).fill(1),
            },
          ]
        : await this.columns(first as Expr, steps);
    const results: Column[] = [];
    for (const { labels, values, has } of columns) {
      const column = makeColumn(withoutName(labels), steps.count);
      for (let step = 0; step < steps.count; step += 1) {
        if (has[step] !== 1) continue;
        const params = scalars.map((each) => each[step] ?? Number.NaN);
        if (name === "clamp" && (params[0] ?? 0) > (params[1] ?? 0)) continue;
        put(column, step, of(values[step] ?? Number.NaN, params));
      }
      const turn = this.#scope.meter.work(steps.count);
      if (turn !== undefined) await turn;
      results.push(column);
    }
    return mergeSame(results);
  }

  async #ofRange({ name, args }: Call, of: RangeFunction, steps: Steps, isChecked = true): Promise<readonly Column[]> {
    const { meter } = this.#scope;
    const scalars: Float64Array[] = [];
    let ranges: Ranges | undefined;
    for (const arg of args) {
      const range = unwrap(arg);
      if (range.kind === "matrix-selector" || range.kind === "subquery") ranges = await this.ranges(range, steps);
      else scalars.push(await this.#scalar(arg, steps));
    }
    if (ranges === undefined) throw new PromqlError("execution", `${name} has no range vector`);
    if (name === "double_exponential_smoothing") checkFactors(scalars);
    const paramsAt = (step: number): readonly number[] => scalars.map((values) => values[step] ?? Number.NaN);
    const results: Column[] = [];
    const keepsName = name === "last_over_time";
    for (const series of ranges.series) {
      const column = makeColumn(keepsName ? series.labels : withoutName(series.labels), steps.count);
      for (const [step, window] of windowsOf(series, ranges, steps, this.#scope, paramsAt)) {
        // Step by step: of one series alone a subquery may have a day's seconds in each of a day's windows.
        const turn = meter.work(window.hi - window.lo);
        if (turn !== undefined) await turn;
        if (window.lo === window.hi) continue;
        const value = of(window);
        if (value !== undefined) put(column, step, value);
      }
      if (isEmpty(column)) continue;
      meter.hold(steps.count);
      results.push(column);
    }
    return isChecked ? mergeSame(results, true) : results;
  }
}

function textOf(arg: Expr): string {
  const literal = unwrap(arg);
  return literal.kind === "string" ? literal.value : "";
}

/** 1 where none of the columns has a value. */
function absent(columns: readonly Column[], { args: [arg] }: Call, count: number): readonly Column[] {
  const column = makeColumn(arg === undefined ? NO_LABELS : absentLabels(arg), count);
  for (let step = 0; step < count; step += 1) if (columns.every(({ has }) => has[step] !== 1)) put(column, step, 1);
  return isEmpty(column) ? [] : [column];
}

/** By their values at the first step, NaN last: only what is asked of one instant has an order. */
function sorted(columns: readonly Column[], sign: 1 | -1): readonly Column[] {
  const value = ({ values }: Column): number => values[0] ?? Number.NaN;
  return [...columns].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y) || 0;
  });
}

function checkFactors([smoothing, trend]: readonly Float64Array[]): void {
  for (const [what, values] of [
    ["smoothing", smoothing],
    ["trend", trend],
  ] as const)
    for (const value of values ?? [])
      if (!(value > 0 && value < 1))
        throw new PromqlError(
          "execution",
          `invalid ${what} factor. Expected: 0 < ${what === "smoothing" ? "sf" : "tf"} < 1, got: ${value.toFixed(6)}`,
        );
}
