import type { TraceSummary } from "#core/telemetry/trace.ts";

/** Traces that went the same ways as one. */
export interface SimilarTraces {
  /** The nearest in time first; without the trace itself. */
  readonly traces: readonly TraceSummary[];
  /** How many that begin with the same operation were looked at. */
  readonly lookedAt: number;
  /** Of those that are similar; null where there are none. */
  readonly medianMs: number | null;
}
