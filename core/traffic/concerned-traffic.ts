import type { ReplayedLimit } from "#core/traffic/replayed-limit.ts";

/** Measured traffic that a change bears on. */
export interface ConcernedTraffic {
  readonly requestsPerSecond: number;
  /** Of these, without mTLS. */
  readonly plaintextPerSecond: number;
  /** What decides was not recorded of all of them (a header, an address): so much at most. */
  readonly isUpperBound: boolean;
  /** What was counted: "requests that its rules match". */
  readonly basis: readonly string[];
  /** Who sends it to whom, those who send most first; no more than twenty. */
  readonly callers: readonly ConcernedCaller[];
  /** What RateLimits that come or change would have refused of it. */
  readonly limits: readonly ReplayedLimit[];
}

export interface ConcernedCaller {
  /** `namespace/workload`, or "unknown". */
  readonly caller: string;
  /** The same, or a host. */
  readonly called: string;
  readonly requestsPerSecond: number;
  readonly plaintextPerSecond: number;
  /** Connections that ended because mTLS was missing. */
  readonly refusedPerSecond: number;
  /** Of a caller without a certificate. */
  readonly addresses: readonly string[];
}
