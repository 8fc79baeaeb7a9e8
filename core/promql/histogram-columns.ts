import { type Bucket, bucketQuantile } from "#core/promql/bucket-quantile.ts";
import { type Column, isEmpty, makeColumn, mergeSame, put, withoutName } from "#core/promql/column.ts";
import { parseNumber } from "#core/promql/literals.ts";
import type { Meter } from "#core/promql/meter.ts";
import { type SeriesLabels, textOfLabels } from "#core/promql/series-labels.ts";

interface Histogram {
  readonly labels: SeriesLabels;
  readonly buckets: { readonly bound: number; readonly column: Column }[];
}

/** histogram_quantile of classic buckets: series that differ in `le` alone are one histogram. */
export async function histogramColumns(
  quantile: Float64Array,
  columns: readonly Column[],
  count: number,
  meter: Meter,
): Promise<readonly Column[]> {
  const histograms = new Map<string, Histogram>();
  for (const column of columns) {
    const bound = parseNumber(column.labels.get("le") ?? "");
    if (bound === undefined || Number.isNaN(bound)) continue;
    const labels = new Map(withoutName(column.labels));
    labels.delete("le");
    const name = textOfLabels(labels);
    const known = histograms.get(name);
    if (known === undefined) histograms.set(name, { labels, buckets: [{ bound, column }] });
    else known.buckets.push({ bound, column });
  }
  const results: Column[] = [];
  for (const { labels, buckets } of histograms.values()) {
    const result = makeColumn(labels, count);
    meter.hold(count);
    for (let step = 0; step < count; step += 1) {
      const turn = meter.work(buckets.length);
      if (turn !== undefined) await turn;
      const there: Bucket[] = [];
      for (const { bound, column } of buckets)
        if (column.has[step] === 1) there.push({ bound, count: column.values[step] ?? Number.NaN });
      if (there.length > 0) put(result, step, bucketQuantile(quantile[step] ?? Number.NaN, there));
    }
    results.push(result);
  }
  return mergeSame(results.filter((column) => !isEmpty(column)));
}
