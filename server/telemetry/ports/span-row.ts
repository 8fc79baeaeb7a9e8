/** A span as it is stored. Objects are JSON text, as JSON.stringify writes them. */
export interface SpanRow {
  readonly startUs: bigint;
  readonly durationUs: bigint;
  /** Hex. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: string;
  readonly name: string;
  /** OTLP's number of the kind. */
  readonly kind: number;
  /** OTLP's number of the status. */
  readonly status: number;
  readonly isError: boolean;
  readonly statusMessage: string;
  readonly attributes: string;
  readonly resource: string;
  readonly events: string;
  readonly links: string;
  /** The name of the library that made it; empty where that was not said. */
  readonly scope: string;
}

/** A span as it is read: the same with times in ms. */
export type StoredSpan = Omit<SpanRow, "startUs" | "durationUs"> & {
  readonly startMs: number;
  readonly durationMs: number;
  /** How many spans its trace has in the store: where fewer come with it, the trace is cut. */
  readonly ofTrace: number;
};

/** What a list of traces needs of each span. */
export type SpanOutline = Pick<
  StoredSpan,
  "traceId" | "spanId" | "parentSpanId" | "service" | "name" | "isError" | "startMs" | "durationMs" | "attributes"
>;
