import type { TimePoint } from "#core/view/service-metrics.ts";

/** One line of a chart. */
export interface Series {
  readonly key: string;
  readonly label: string;
  /** A colour variable: "series-1", "bad". */
  readonly color: string;
  readonly points: readonly TimePoint[];
}

export type ChartRow = Readonly<Record<string, number | null>> & { readonly atMs: number };

/** Series with the same times as the rows of one table; a time that a series lacks is null there, so its line breaks. */
export function buildRows(series: readonly Series[]): ChartRow[] {
  const rows = new Map<number, Record<string, number | null>>();
  for (const { key, points } of series) {
    for (const { atMs, value } of points) {
      const row = rows.get(atMs) ?? Object.fromEntries(series.map((other) => [other.key, null]));
      row[key] = value;
      rows.set(atMs, row);
    }
  }
  return [...rows].sort(([a], [b]) => a - b).map(([atMs, row]) => ({ ...row, atMs }) as ChartRow);
}

/**
 * For areas that are stacked: a series is left out where it and its neighbours in time are zero, for its line would lie
 * along the top of the one below in its own colour.
 */
export function hideZeroRuns(rows: readonly ChartRow[], series: readonly Series[]): ChartRow[] {
  const isZero = (index: number, key: string) => (rows[index]?.[key] ?? 0) === 0;
  return rows.map((row, index) => {
    const hidden = series
      .slice(1)
      .filter(({ key }) => isZero(index - 1, key) && isZero(index, key) && isZero(index + 1, key));
    return hidden.length === 0 ? row : { ...row, ...Object.fromEntries(hidden.map(({ key }) => [key, null])) };
  }) as ChartRow[];
}

/** Whether a figure stands alone in time: what is recorded before and after it is nothing. */
export function isLone(rows: readonly ChartRow[], index: number, key: string): boolean {
  const valueAt = (at: number) => rows[at]?.[key] ?? null;
  return valueAt(index) !== null && valueAt(index - 1) === null && valueAt(index + 1) === null;
}

/** True when there is at least one recorded figure. */
export function hasFigures(series: readonly Series[]): boolean {
  return series.some(({ points }) => points.some(({ value }) => value !== null));
}

/** What a chart shows, for those who do not see it: each line's last, lowest and highest figure. */
export function describeSeries(series: readonly Series[], format: (value: number) => string): string {
  const parts = series.flatMap(({ label, points }) => {
    const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
    const last = values.at(-1);
    if (last === undefined) return [];
    return [`${label}: now ${format(last)}, from ${format(Math.min(...values))} to ${format(Math.max(...values))}`];
  });
  return parts.length === 0 ? "Nothing was recorded" : parts.join("; ");
}
