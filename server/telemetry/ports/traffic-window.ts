import type { TrafficKey } from "#core/telemetry/dimensions.ts";

/** What one reporter counted of one set of labels in ten seconds. */
export interface TrafficWindow {
  /** A multiple of ten seconds. */
  readonly startMs: number;
  readonly key: TrafficKey;
  readonly count: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationSumMs: number;
  /** One count per bucket of `core/telemetry/buckets.ts`; those that are missing at the end are 0. */
  readonly buckets: readonly number[];
}
