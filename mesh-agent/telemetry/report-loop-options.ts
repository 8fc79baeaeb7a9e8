import type { LastingStream } from "#core/telemetry/lasting-stream.ts";
import type { SendReport } from "#mesh-agent/telemetry/deliver-reports.ts";
import type { RequestTap } from "#mesh-agent/telemetry/fold-entries.ts";
import type { TelemetryInstance } from "#mesh-agent/telemetry/instance.ts";
import type { Outbox } from "#mesh-agent/telemetry/outbox.ts";
import type { SpanReceiver } from "#mesh-agent/telemetry/receive-spans.ts";
import type { CounterReading } from "#mesh-agent/telemetry/request-ledger.ts";
import type { Logger } from "#node/log.ts";

export interface ReportLoopOptions {
  readonly accessLogPath: string;
  readonly instance: () => TelemetryInstance;
  readonly report: SendReport;
  readonly reopenLogs: () => Promise<void>;
  readonly readCounters: () => Promise<CounterReading | undefined>;
  readonly outbox: Outbox;
  readonly spans: SpanReceiver;
  readonly log: Logger;
  /** Told with every answer what the control plane's clock says. */
  readonly onServerTime: (serverTimeMs: number, sentAtMs: number) => void;
  readonly rotateBytes?: number;
  /** Whether anybody minds how far requests have come that last; they hear of it soon, and then again. */
  readonly isHeard: () => boolean;
  readonly onLasting: (streams: readonly LastingStream[]) => void;
  /** Who looks at requests as they are folded. */
  readonly taps?: Taps;
}

export interface Taps extends RequestTap {
  onOpen(listener: () => void): void;
  settle(isStored: boolean): void;
}

export interface TelemetryStats {
  readonly requests: number;
  readonly garbageLines: number;
  /** Counted under "unknown": callers named more hosts or workloads than are told apart. */
  readonly foldedRequests: number;
  readonly missingRequests: number;
  readonly droppedSpans: number;
  /** Reports of which the control plane did not count all. */
  readonly reportsRefused: number;
  readonly reportsWaiting: number;
  readonly requestsWaiting: number;
  /** Null until the first acknowledgement. */
  readonly acknowledgedAtMs: number | null;
  /** When lines were last held against Envoy's own count; null until then. */
  readonly comparedAtMs: number | null;
}
