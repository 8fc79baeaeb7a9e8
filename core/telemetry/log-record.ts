/** A line of an application's log. */
export interface LogRecord {
  readonly atMs: number;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly service: string;
  /** OTLP's number, 1 to 24; 0 where it was not said. */
  readonly severity: number;
  readonly severityText: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}
