/** Upper bounds in ms of the latency histogram: Envoy's default buckets, as Istio's dashboards expect. */
export const DURATION_BUCKETS_MS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
] as const;

/** Length of a telemetry window in ms; window starts are multiples of it. */
export const WINDOW_MS = 10_000;
