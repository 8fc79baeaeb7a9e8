import type { MetricSeries } from "#server/telemetry/ports/sample-row.ts";

/** Samples of one series, ascending by time. */
export interface SampleRun {
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** 1 where the series ended; absent where it nowhere did. */
  readonly stale?: Uint8Array;
}

export interface SampleReader {
  /** Every series that is stored: one object each for as long as the store is open. */
  series(): Iterable<MetricSeries>;
  /**
   * Samples from `fromMs` to `toMs`, both included, of series as `series` answered them; those without any are left out. Rejects
   * with "exhausted" where there are more than `samplesMax` of all together.
   */
  read(
    series: readonly MetricSeries[],
    fromMs: number,
    toMs: number,
    samplesMax: number,
  ): Promise<ReadonlyMap<MetricSeries, SampleRun>>;
}
