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

/** In the order of OTLP's numbers, from 0 on; and so they are stored. */
export const SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
/** The same. */
export const SPAN_STATUSES = ["unset", "ok", "error"] as const;

export interface TraceSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: string;
  readonly operation: string;
  readonly kind: (typeof SPAN_KINDS)[number];
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: (typeof SPAN_STATUSES)[number];
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
  /** One reporter has more spans in it than are read of one; absent where all are here. */
  readonly isCut?: true;
  readonly startMs: number;
  readonly durationMs: number;
  readonly spans: readonly TraceSpan[];
}
