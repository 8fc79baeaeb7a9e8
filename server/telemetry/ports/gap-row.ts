/** A time of which something was not counted, and why. */
export interface GapRow {
  readonly startMs: number;
  readonly endMs: number;
  /** `namespace/workload` of whose agent tells; empty for the store itself. */
  readonly workload: string;
  readonly reason: string;
  /** How many requests, as far as is known. */
  readonly requests: number;
}

/** Gaps that stores are asked for at once, the newest of them. */
export const GAPS_MAX = 200;

export interface GapReader {
  /** Those that touch the range, of one workload where one is named (`namespace/workload`); newest first, at most `GAPS_MAX`. */
  gaps(startMs: number, endMs: number, workload?: string): Promise<readonly GapRow[]>;
}
