import type { Dialect } from "#core/promql/series-source.ts";

/** Samples of one series within a range: those from `lo` on, before `hi`. */
export interface RangeWindow {
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  lo: number;
  hi: number;
  /** Where the range begins and ends. */
  startMs: number;
  endMs: number;
  /** The time of evaluation, before any offset. */
  atMs: number;
  readonly rangeMs: number;
  /** Scalar arguments at this step. */
  readonly params: readonly number[];
  readonly dialect: Dialect;
}
