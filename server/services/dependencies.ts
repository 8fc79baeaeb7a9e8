import type { Diagnostic } from "#core/diagnostic.ts";
import type { Graph, GraphEnds, GraphView, Health } from "#core/graph/graph.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { LogQuery } from "#core/telemetry/log-query.ts";
import type { LogRecord } from "#core/telemetry/log-record.ts";
import type { RequestQuery } from "#core/telemetry/request-query.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { Trace, TraceSummary } from "#core/telemetry/trace.ts";
import type { TraceQuery } from "#core/telemetry/trace-query.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { Field } from "#core/traceql/query.ts";
import type { Distribution, FleetSummary, ProxyDetail, ProxyStatus, TelemetryGap } from "#core/view/mesh.ts";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";
import type { SimilarTraces } from "#core/view/similar-traces.ts";
import type { StandingRefusal } from "#core/xds/standing-refusal.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { TotalsQuery } from "#server/services/inputs.ts";
import type { RequestReader } from "#server/telemetry/ports/request-reader.ts";

/** The compiler and xDS server behind their thread, as the services use them. */
export interface Mesh {
  /** Resolves when compiled and on its way to the proxies. */
  apply(change: SnapshotChange): Promise<{ readonly diagnostics: readonly Diagnostic[] }>;
  /** Counts of the fleet, without its members; `expiring`: those whose certificate ends before then, ms since the epoch. */
  fleet(expiringBeforeMs: number): Promise<FleetSummary>;
  /** Who is sent changes of these resources: how many of each, and the ids of all of them. */
  takers(
    changed: readonly { readonly layerId: string; readonly type: XdsType; readonly name: string }[],
  ): Promise<{ readonly ids: readonly string[]; readonly counts: readonly number[] }>;
  proxies(): Promise<readonly ProxyStatus[]>;
  /** What connected proxies refuse now; costs by those that refuse, not by the fleet. */
  refusals(): Promise<readonly StandingRefusal[]>;
  proxy(id: string): Promise<ProxyDetail | undefined>;
  proxyConfig(id: string, type: XdsType): Promise<unknown>;
  distribution(revision: number): Promise<Distribution | undefined>;
  /** Called on every connect, disconnect, acknowledgement and refusal; returns how to stop. */
  onEvent(listener: () => void): () => void;
}

export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** One service's or workload's figures over a range. */
export interface ServiceFigures {
  readonly host: string;
  readonly requestsPerSecond: number;
  readonly errorPercent: number;
  readonly p95Ms: number | null;
  readonly deniedPerSecond: number;
  readonly sparkline: readonly number[];
  readonly health: Health;
}

/** What was measured, as the services read it. */
export interface Telemetry {
  graph(
    query: TimeRange & { readonly view: GraphView; readonly namespaces?: readonly string[] | undefined },
  ): Promise<Graph>;
  /** Absent host: the whole mesh, counted where it enters. */
  metrics(query: TimeRange & { readonly host?: string | undefined; readonly stepMs: number }): Promise<ServiceMetrics>;
  /** The same of what flows between two ends of the graph. */
  edgeMetrics(query: TimeRange & { readonly ends: GraphEnds; readonly stepMs: number }): Promise<ServiceMetrics>;
  /** The same of what enters the mesh, over the whole range. */
  entry(range: TimeRange): Promise<{ readonly requestsPerSecond: number; readonly p95Ms: number | null }>;
  services(range: TimeRange): Promise<readonly ServiceFigures[]>;
  /** As it was counted, by both ends, and the time that it was counted for. */
  rows(range: TimeRange): Promise<{ readonly rows: readonly TrafficRow[]; readonly seconds: number }>;
  /** The same by slot of a series, slot start → rows, of the labels that are meant; up to when slots are whole. */
  slots(
    query: TimeRange & { readonly stepMs: number; readonly isMeant: (key: TrafficKey) => boolean },
  ): Promise<{ readonly slots: ReadonlyMap<number, readonly TrafficRow[]>; readonly endMs: number }>;
  /** When something of a workload, `namespace/workload`, was not counted; the newest first. */
  gapsOf(workload: string, range: TimeRange): Promise<readonly TelemetryGap[]>;
  requests(query: RequestQuery): Promise<readonly RequestRecord[]>;
  /** Requests that were kept, and exact counts of their shapes. */
  readonly kept: RequestReader;
  totals(query: TotalsQuery): Promise<{
    readonly total: number;
    readonly byCode: Readonly<Record<string, number>>;
  }>;
  searchTraces(query: TraceQuery): Promise<readonly TraceSummary[]>;
  trace(traceId: string): Promise<Trace | undefined>;
  similarTraces(trace: Trace): Promise<SimilarTraces>;
  spanNames(): Promise<{ readonly span: readonly string[]; readonly resource: readonly string[] }>;
  spanValues(field: Field): Promise<readonly string[]>;
  logs(query: LogQuery): Promise<readonly LogRecord[]>;
}
