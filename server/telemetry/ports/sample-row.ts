import type { SeriesLabels } from "#core/promql/series-labels.ts";

/** A series that others measured. */
export interface MetricSeries {
  readonly labels: SeriesLabels;
  /** Whose limits it counts for: the one that told of it first. */
  readonly account: string;
}

/** One value of a series; null where it ended there, as Prometheus' marker of staleness says. */
export interface SampleRow {
  readonly series: MetricSeries;
  readonly atMs: number;
  readonly value: number | null;
}
