import type { StoredLog } from "#server/telemetry/ports/log-row.ts";

export interface LogSearch {
  /** A record's time, at the earliest. */
  readonly fromMs: number;
  /** By the id in hex; one of 64 bits is padded with zeros. */
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  /** The whole name, or its part before a dot. */
  readonly service?: string | undefined;
  readonly minSeverity?: number | undefined;
  /** Part of what the record says, in any case. */
  readonly text?: string | undefined;
  readonly limit: number;
}

export interface LogReader {
  /** Newest first. */
  logs(search: LogSearch): Promise<readonly StoredLog[]>;
}
