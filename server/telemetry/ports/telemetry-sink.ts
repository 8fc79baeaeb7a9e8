import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { GapRow } from "#server/telemetry/ports/gap-row.ts";
import type { LogRow } from "#server/telemetry/ports/log-row.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

/** Up to where an agent's reports are stored. */
export interface ReportMark {
  /** SPIFFE id. */
  readonly reporter: string;
  /** Of the agent's own store. */
  readonly storeId: string;
  readonly sequence: bigint;
  readonly receivedMs: number;
}

/** What is stored together: all of it or nothing. */
export interface TelemetryBatch {
  /** Ascending for each agent. */
  readonly reports: readonly ReportMark[];
  readonly windows: readonly TrafficWindow[];
  readonly requests: readonly RequestRecord[];
  readonly spans: readonly SpanRow[];
  readonly logs: readonly LogRow[];
  readonly gaps: readonly GapRow[];
}

export const EMPTY_BATCH: TelemetryBatch = { reports: [], windows: [], requests: [], spans: [], logs: [], gaps: [] };

export interface TelemetrySink {
  /**
   * Resolves when the batch outlives a kill of this process, in the order of calls; rejects with PharosError, and then nothing
   * of it is stored. Windows late for a tier that is rolled up already are in it too.
   */
  store(batch: TelemetryBatch): Promise<void>;
}

/** What a store holds, for who writes to it: told once it is open, and again whenever it had to be opened anew. */
export interface HeldState {
  /** The highest mark of each agent. */
  readonly reached: readonly ReportMark[];
  readonly keys: readonly TrafficKey[];
}
