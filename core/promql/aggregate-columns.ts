import { type Column, isEmpty, makeColumn, mergeSame, put } from "#core/promql/column.ts";
import type { EvalScope } from "#core/promql/eval-scope.ts";
import type { Aggregation, AggregationOp } from "#core/promql/expr.ts";
import { KahanSum } from "#core/promql/kahan-sum.ts";
import { plainNumber } from "#core/promql/literals.ts";
import type { Meter } from "#core/promql/meter.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import { quantileOf } from "#core/promql/quantile-of.ts";
import { METRIC_NAME, type SeriesLabels, seriesLabels, textOfLabels } from "#core/promql/series-labels.ts";
import type { Dialect } from "#core/promql/series-source.ts";

interface Group {
  readonly labels: SeriesLabels;
  readonly members: Column[];
}

/** What members of a group share. */
function groupLabels(labels: SeriesLabels, isWithout: boolean, names: ReadonlySet<string>): SeriesLabels {
  return new Map(
    [...labels].filter(([name]) => (isWithout ? name !== METRIC_NAME && !names.has(name) : names.has(name))),
  );
}

export async function aggregateColumns(
  of: Aggregation,
  columns: readonly Column[],
  param: Float64Array | string | undefined,
  count: number,
  { meter, dialect }: Pick<EvalScope, "meter" | "dialect">,
): Promise<readonly Column[]> {
  const groups = new Map<string, Group>();
  const names = new Set(of.labels);
  for (const column of columns) {
    const turn = meter.work(column.labels.size * 10);
    if (turn !== undefined) await turn;
    const labels = groupLabels(column.labels, of.isWithout, names);
    const name = textOfLabels(labels);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, { labels, members: [column] });
    else known.members.push(column);
  }
  const results: Column[] = [];
  for (const group of groups.values()) {
    meter.hold(count);
    if (of.op === "topk" || of.op === "bottomk")
      results.push(...(await pick(of.op, group, { param: param as Float64Array, count, meter })));
    else if (of.op === "count_values") results.push(...(await countValues(group, String(param), count, meter)));
    else results.push(await reduce(of.op, group, param as Float64Array | undefined, { count, dialect, meter }));
  }
  return mergeSame(results);
}

const REDUCE: Readonly<
  Record<Exclude<AggregationOp, "topk" | "bottomk" | "count_values">, (values: Float64Array, param: number) => number>
> = {
  sum: (values) => sumOf(values),
  avg: meanOf,
  count: (values) => values.length,
  group: () => 1,
  min: (values) => values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least)),
  max: (values) => values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most)),
  stdvar: varianceOf,
  stddev: (values) => Math.sqrt(varianceOf(values)),
  quantile: (values, param) => quantileOf(param, values),
};

function sumOf(values: Float64Array): number {
  const sum = new KahanSum();
  for (const value of values) sum.add(value);
  return sum.value;
}

function meanOf(values: Float64Array): number {
  const mean = sumOf(values) / values.length;
  if (Number.isFinite(mean) || !values.every(Number.isFinite)) return mean;
  return values.reduce((slow, value, index) => slow + (value / (index + 1) - slow / (index + 1)), 0);
}

function varianceOf(values: Float64Array): number {
  let mean = 0;
  let squares = 0;
  for (const [index, value] of values.entries()) {
    const delta = value - mean;
    mean += delta / (index + 1);
    squares += delta * (value - mean);
  }
  return squares / values.length;
}

async function reduce(
  op: keyof typeof REDUCE,
  { labels, members }: Group,
  param: Float64Array | undefined,
  { count, dialect, meter }: { readonly count: number; readonly dialect: Dialect; readonly meter: Meter },
): Promise<Column> {
  const isSpread = op === "stddev" || op === "stdvar";
  const column = makeColumn(labels, count);
  const buffer = new Float64Array(members.length);
  for (let step = 0; step < count; step += 1) {
    const turn = meter.work(members.length);
    if (turn !== undefined) await turn;
    let size = 0;
    for (const { has, values } of members) {
      if (has[step] !== 1) continue;
      buffer[size] = values[step] ?? Number.NaN;
      size += 1;
    }
    if (size === 0) continue;
    if (size === 1 && isSpread && !dialect.isSpreadOfOneItself) put(column, step, 0);
    else put(column, step, REDUCE[op](buffer.subarray(0, size), param?.[step] ?? Number.NaN));
  }
  return column;
}

/** Values that compare: NaN is the least that is worth picking. */
async function pick(
  op: "topk" | "bottomk",
  { members }: Group,
  { param, count, meter }: { readonly param: Float64Array; readonly count: number; readonly meter: Meter },
): Promise<Column[]> {
  const sign = op === "topk" ? -1 : 1;
  const picked = members.map(({ labels, values }): Column => ({ labels, values, has: new Uint8Array(count) }));
  let order: number[] = [];
  for (let step = 0; step < count; step += 1) {
    // Sorting takes some more.
    const turn = meter.work(members.length * 10);
    if (turn !== undefined) await turn;
    const size = param[step] ?? Number.NaN;
    if (!(Math.abs(size) <= 2 ** 63))
      throw new PromqlError("execution", `Scalar value ${plainNumber(size)} overflows int64`);
    const value = (index: number): number => members[index]?.values[step] ?? Number.NaN;
    order = [...members.keys()]
      .filter((index) => members[index]?.has[step] === 1)
      .sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
        return sign * (x - y) || 0;
      })
      .slice(0, Math.max(0, Math.trunc(size)));
    for (const index of order) (picked[index] as Column).has[step] = 1;
  }
  // Of one instant they come in their order.
  const wanted = count === 1 ? order.map((index) => picked[index] as Column) : picked;
  return wanted.filter((column) => !isEmpty(column));
}

async function countValues({ labels, members }: Group, name: string, count: number, meter: Meter): Promise<Column[]> {
  if (!/^[a-zA-Z_]\w*$/.test(name)) throw new PromqlError("execution", `invalid label name ${JSON.stringify(name)}`);
  const found = new Map<string, Column>();
  for (const { has, values } of members) {
    const turn = meter.work(count * 10);
    if (turn !== undefined) await turn;
    for (let step = 0; step < count; step += 1) {
      if (has[step] !== 1) continue;
      const text = plainNumber(values[step] ?? Number.NaN);
      let column = found.get(text);
      if (column === undefined) {
        meter.hold(count);
        column = makeColumn(seriesLabels([...labels, [name, text]]), count);
        found.set(text, column);
      }
      put(column, step, (column.values[step] ?? 0) + 1);
    }
  }
  return [...found.values()];
}
