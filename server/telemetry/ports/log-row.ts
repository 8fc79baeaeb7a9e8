/** A log record as it is stored. Objects are JSON text, as JSON.stringify writes them. */
export interface LogRow {
  readonly atUs: bigint;
  /** Hex; null where the record names none. */
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly service: string;
  /** OTLP's number, 1 to 24; 0 where it was not said. */
  readonly severity: number;
  /** As its sender calls it. */
  readonly severityText: string;
  readonly body: string;
  readonly attributes: string;
  readonly resource: string;
}

/** A record as it is read: the same with its time in ms. */
export type StoredLog = Omit<LogRow, "atUs"> & { readonly atMs: number };
