/** Upper bounds in ms of the latency histogram: Envoy's default buckets, as Istio's dashboards expect. */
export const DURATION_BUCKETS_MS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
] as const;

/** One bucket for each bound, and one for what is above the highest. */
export const BUCKET_COUNT = DURATION_BUCKETS_MS.length + 1;

/** Length of a telemetry window in ms; window starts are multiples of it. */
export const WINDOW_MS = 10_000;

/** Index of the bucket whose upper bound is the first at or above `durationMs`. */
export function bucketOf(durationMs: number): number {
  let index = 0;
  for (const bound of DURATION_BUCKETS_MS) {
    if (durationMs <= bound) return index;
    index += 1;
  }
  return index;
}
