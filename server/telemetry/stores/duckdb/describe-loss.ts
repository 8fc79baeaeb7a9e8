import type { GapRow } from "#server/telemetry/ports/gap-row.ts";
import type { Lost } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";

export interface LossFacts {
  readonly lost: Lost | undefined;
  /** Where what could not be read was moved to. */
  readonly movedAside: string | undefined;
  /** When the newest report that is left was stored. */
  readonly receivedMs: number;
  readonly nowMs: number;
}

/** The gap that tells what a damaged store lost, with its size where the ledger knows it; undefined where nothing was. */
export function describeLoss({ lost, movedAside, receivedMs, nowMs }: LossFacts): GapRow | undefined {
  if (lost === undefined && movedAside === undefined) return undefined;
  const aside = movedAside === undefined ? "" : `; what could not be read was moved to ${movedAside}`;
  if (lost === undefined) {
    return {
      workload: "",
      startMs: receivedMs,
      endMs: nowMs,
      requests: 0,
      reason: `the telemetry store was damaged${aside}; by its ledger nothing that was acknowledged is lost`,
    };
  }
  const fromMs = lost.fromMs === 0 ? receivedMs : lost.fromMs;
  const when =
    fromMs === 0
      ? "all that it ever stored"
      : `what it stored between ${new Date(fromMs).toISOString()} and ${new Date(lost.toMs).toISOString()}`;
  return {
    workload: "",
    startMs: fromMs,
    endMs: nowMs,
    requests: lost.requests,
    reason: `the telemetry store was damaged and lost ${when}: ${lost.size}${aside}`,
  };
}
