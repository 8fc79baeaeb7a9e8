import { PromqlError } from "#core/promql/promql-error.ts";
import { METRIC_NAME, type SeriesLabels, textOfLabels } from "#core/promql/series-labels.ts";

/** A series at each step: its value where `has` is 1. */
export interface Column {
  readonly labels: SeriesLabels;
  readonly values: Float64Array;
  readonly has: Uint8Array;
}

export function makeColumn(labels: SeriesLabels, count: number): Column {
  return { labels, values: new Float64Array(count), has: new Uint8Array(count) };
}

export function put(column: Column, step: number, value: number): void {
  column.values[step] = value;
  column.has[step] = 1;
}

export function isEmpty({ has }: Column): boolean {
  return !has.includes(1);
}

export function withoutName(labels: SeriesLabels): SeriesLabels {
  if (!labels.has(METRIC_NAME)) return labels;
  const rest = new Map(labels);
  rest.delete(METRIC_NAME);
  return rest;
}

const SAME = "vector cannot contain metrics with the same labelset";

/** Columns with equal labels made one; two that have a value at one step are refused, or wherever they have them where `isStrict`. */
export function mergeSame(columns: readonly Column[], isStrict = false): readonly Column[] {
  const known = new Map<string, Column>();
  let isMerged = false;
  for (const column of columns) {
    if (isEmpty(column)) {
      isMerged = true;
      continue;
    }
    const text = textOfLabels(column.labels);
    const same = known.get(text);
    if (same === undefined) {
      known.set(text, column);
      continue;
    }
    if (isStrict) throw new PromqlError("execution", SAME);
    isMerged = true;
    const merged: Column = { labels: same.labels, values: same.values.slice(), has: same.has.slice() };
    for (let step = 0; step < column.has.length; step += 1) {
      if (column.has[step] !== 1) continue;
      if (merged.has[step] === 1) throw new PromqlError("execution", SAME);
      put(merged, step, column.values[step] ?? Number.NaN);
    }
    known.set(text, merged);
  }
  return isMerged ? [...known.values()] : columns;
}
