import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { Histogram } from "#core/telemetry/histogram.ts";

/** What one reporter counted of one set of labels in ten seconds. */
export interface TrafficWindow {
  /** A multiple of ten seconds. */
  readonly startMs: number;
  readonly key: TrafficKey;
  /** Of TCP the connections that ended. */
  readonly count: number;
  /** TCP connections that began. */
  readonly opened: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationSumMs: number;
  readonly durations: Histogram;
  /** Of bodies; empty for TCP. */
  readonly requestSizes: Histogram;
  readonly responseSizes: Histogram;
  /** What of `count` had which method and path; absent where there are none of either. */
  readonly shapes?: readonly WindowShape[];
}

export interface WindowShape {
  readonly method: string;
  readonly pathTemplate: string;
  readonly count: number;
}
