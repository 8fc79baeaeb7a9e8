export interface TimePoint {
  readonly atMs: number;
  readonly value: number | null;
}

/** Rate, errors and latency over time; all series share their times. Null where nothing was recorded. */
export interface ServiceMetrics {
  readonly stepMs: number;
  readonly requestsPerSecond: readonly TimePoint[];
  readonly errorPercent: readonly TimePoint[];
  readonly p50Ms: readonly TimePoint[];
  readonly p90Ms: readonly TimePoint[];
  readonly p95Ms: readonly TimePoint[];
  readonly p99Ms: readonly TimePoint[];
  /** Requests per second by class of answer: "2xx", "3xx", "4xx", "5xx", "none". */
  readonly byCodeClass: Readonly<Record<string, readonly TimePoint[]>>;
}

export interface RequestRecord {
  readonly startMs: number;
  readonly reporter: "source" | "destination";
  readonly durationMs: number;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly responseCode: number;
  readonly responseFlags: string;
  readonly responseCodeDetails: string;
  readonly traceId: string | null;
  readonly requestId: string | null;
  readonly sourceWorkload: string;
  readonly sourceNamespace: string;
  readonly sourcePrincipal: string | null;
  readonly destinationService: string;
  readonly destinationWorkload: string;
  readonly destinationNamespace: string;
  readonly destinationVersion: string;
  readonly routeName: string | null;
  readonly deniedBy: string | null;
}

export interface TraceSummary {
  readonly traceId: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly rootService: string;
  /** What the root asked for, `GET /productpage`, or its operation. */
  readonly rootOperation: string;
  readonly spanCount: number;
  readonly errorCount: number;
  /** Service → number of its spans. */
  readonly services: Readonly<Record<string, number>>;
}

export interface TraceSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: string;
  readonly operation: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer" | "unspecified";
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: "unset" | "ok" | "error";
  readonly statusMessage: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly {
    readonly atMs: number;
    readonly name: string;
    readonly attributes: Readonly<Record<string, string | number | boolean>>;
  }[];
}

export interface Trace {
  readonly traceId: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly spans: readonly TraceSpan[];
}
