import type { Matcher } from "#core/promql/matcher.ts";
import type { SeriesLabels } from "#core/promql/series-labels.ts";

/** A series with its samples, ascending by time. */
export interface SourceSeries {
  readonly labels: SeriesLabels;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** 1 where it ended; absent where it nowhere did. */
  readonly stale?: Uint8Array | undefined;
}

/** Which samples: both ends of the time are included. */
export interface Selection {
  readonly matchers: readonly Matcher[];
  readonly fromMs: number;
  readonly toMs: number;
  /** What they are read for: 0 for an instant. */
  readonly stepMs: number;
  readonly rangeMs: number;
  /** Of all series together; more is refused. */
  readonly samplesMax: number;
}

/** Where series come from. No two that it answers have equal labels. */
export interface SeriesSource {
  select(selection: Selection): Promise<readonly SourceSeries[]>;
}

/** How an older or newer Prometheus answers. */
export interface Dialect {
  /** Since 3: a sample at the very start of a range or lookback is no part of it. */
  readonly isLeftOpen: boolean;
  /** Since 3: a counter is not extrapolated below zero where its first sample is far from the start of the range either. */
  readonly clampsToZeroLast: boolean;
  /** Since 3: one value alone that is infinite or none has no deviation; it was 0. */
  readonly isSpreadOfOneItself: boolean;
}

export const PROMETHEUS_3: Dialect = { isLeftOpen: true, clampsToZeroLast: true, isSpreadOfOneItself: true };
export const PROMETHEUS_2: Dialect = { isLeftOpen: false, clampsToZeroLast: false, isSpreadOfOneItself: false };
