import { type Column, isEmpty, makeColumn, put } from "#core/promql/column.ts";
import type { EvalScope } from "#core/promql/eval-scope.ts";
import type { VectorSelector } from "#core/promql/expr.ts";
import { refMs } from "#core/promql/fetch-selectors.ts";
import { type Steps, timeOf } from "#core/promql/steps.ts";

/** The newest sample of each series at each step, as long as it is young enough and the series goes on; `isTimes`: its time in seconds. */
export async function selectColumns(
  selector: VectorSelector,
  steps: Steps,
  { fetched, meter, dialect, lookbackMs, query }: EvalScope,
  isTimes = false,
): Promise<readonly Column[]> {
  const columns: Column[] = [];
  for (const { labels, timesMs, values, stale } of fetched.get(selector) ?? []) {
    const column = makeColumn(labels, steps.count);
    let index = -1;
    for (let step = 0; step < steps.count; step += 1) {
      const ref = refMs(selector.shift, timeOf(steps, step), query);
      while (index + 1 < timesMs.length && (timesMs[index + 1] ?? 0) <= ref) index += 1;
      if (index < 0 || stale?.[index] === 1) continue;
      const ageMs = ref - (timesMs[index] ?? 0);
      if (dialect.isLeftOpen ? ageMs >= lookbackMs : ageMs > lookbackMs) continue;
      put(column, step, isTimes ? (timesMs[index] ?? 0) / 1000 : (values[index] ?? Number.NaN));
    }
    const rest = meter.work(steps.count + timesMs.length);
    if (rest !== undefined) await rest;
    if (isEmpty(column)) continue;
    meter.hold(steps.count);
    columns.push(column);
  }
  return columns;
}
