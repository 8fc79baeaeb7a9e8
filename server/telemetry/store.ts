import type { WorkloadLabel } from "#core/telemetry/workload-label.ts";
import type { ResourceSpans } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import type { ReportRequest } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Telemetry } from "#server/services/dependencies.ts";

/** Who hands over a report, from its certificate, and what the registry knows of it. */
export interface Reporter {
  /** SPIFFE id. */
  readonly principal: string;
  readonly namespace: string;
  /** The workload beside which the agent runs; absent when it is not registered, or not under this account. */
  readonly workload?: WorkloadLabel;
  /** Which service answers at which of its sidecar's ports. */
  readonly services?: readonly { readonly inboundPort: number; readonly host: string; readonly port: number }[];
  /**
   * Who asks for mTLS at a port of its sidecar, if somebody does; undefined for a port that it does not have. Absent where
   * the workload is not known.
   */
  readonly mtlsAt?: (
    inboundPort: number,
  ) => { readonly policy?: { readonly namespace: string; readonly name: string } } | undefined;
  /** Whose policies apply in all namespaces. */
  readonly rootNamespace?: string;
  /** The mesh's own name of a host that it asked for; undefined for a host that the mesh does not know. */
  readonly knownHost?: (host: string) => string | undefined;
  /** Under which service accounts a workload (`namespace/workload`) runs; undefined for one that is not registered. */
  readonly accountsOf?: (workload: string) => ReadonlySet<string> | undefined;
}

export interface IngestResult {
  readonly acknowledgedSequence: number;
  /** One sentence for each kind of row that spoke for somebody else or made no sense; those rows were not counted. */
  readonly refused: readonly string[];
  /** What the agent should wait before its next report, so that all agents together can be taken in. */
  readonly reportIntervalMs: number;
}

/**
 * What was measured. Implementations promise: a report counts exactly once, however often it is sent; `ingest` resolves
 * only when the report outlives a kill of this process; rows are counted under their reporter's own identity only.
 */
export interface TelemetryStore extends Telemetry {
  /** Rejects with PharosError when the report could not be stored: the agent keeps it and sends it again. */
  ingest(report: ReportRequest, reporter: Reporter): Promise<IngestResult>;
  /** `from` names who sent the spans. */
  ingestSpans(resourceSpans: readonly ResourceSpans[], from: string): Promise<void>;
  /** Istio's standard metrics in Prometheus' text form, in pieces, cumulative since this process started. */
  prometheus(): Iterable<string>;
  /** Rolls up, applies retention and the bound on size. Runs by itself every few seconds. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}
