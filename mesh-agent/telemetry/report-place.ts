import type { LineClockState } from "#mesh-agent/telemetry/line-clock.ts";
import type { LogPosition } from "#mesh-agent/telemetry/log-tail.ts";
import type { CounterReading, LedgerState } from "#mesh-agent/telemetry/request-ledger.ts";

/** How far the log was folded, and what it takes to say later which requests are missing. */
export interface ReportPlace {
  readonly position: LogPosition;
  readonly clock: LineClockState;
  readonly ledger: LedgerState | null;
  /** Envoy's counters as last asked for: held against the lines once those of that time are read, by whoever lives then. */
  readonly reading: CounterReading | null;
  /** The log was read from its first line on, over all restarts: what Envoy ever counted can be held against it. */
  readonly isWhole?: boolean;
}

/** What a store that is damaged or gone held and nobody had acknowledged. */
export interface LostReports {
  readonly requests: number;
  readonly fromMs: number;
  readonly toMs: number;
}
