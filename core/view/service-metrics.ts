export interface TimePoint {
  readonly atMs: number;
  readonly value: number | null;
}

/** Rate, errors and latency over time; all series share their times. Null where nothing was recorded. */
export interface ServiceMetrics {
  readonly stepMs: number;
  readonly requestsPerSecond: readonly TimePoint[];
  readonly errorPercent: readonly TimePoint[];
  readonly p50Ms: readonly TimePoint[];
  readonly p90Ms: readonly TimePoint[];
  readonly p95Ms: readonly TimePoint[];
  readonly p99Ms: readonly TimePoint[];
  /** Requests per second by class of answer: "2xx", "3xx", "4xx", "5xx", "none". */
  readonly byCodeClass: Readonly<Record<string, readonly TimePoint[]>>;
}
