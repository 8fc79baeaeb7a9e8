import type { RetentionTexts } from "#core/telemetry/retention-names.ts";

/** A table of the telemetry store, as it stands. */
export interface StoredTable {
  readonly name: string;
  readonly rows: number;
  /** In the file; 0 where its few rows stand in the log alone. */
  readonly bytes: number;
  /** Of the last day, by the rows that came in it; null where rows have no time. */
  readonly bytesPerDay: number | null;
  /** Time of the oldest row; null where there is none, or rows have no time. */
  readonly oldestMs: number | null;
}

/** What is kept beside the database, to make it anew where it is damaged. */
export interface SegmentStatus {
  readonly count: number;
  readonly bytes: number;
  /** All that was stored of before is in them; null where there is none yet. */
  readonly untilMs: number | null;
  /** Those that are still to be read back into a new database. */
  readonly restoring: number;
  /** Why what is over is not in segments; null where it is. */
  readonly failure: string | null;
  /** Those that were damaged or gone and are not written anew yet. */
  readonly damaged: number;
}

/** Rows that the store could not hold, since the server started. */
export interface SetAsideView {
  readonly rows: number;
  /** Of the newest. */
  readonly table: string;
  readonly why: string;
  readonly newestMs: number;
}

/** What telemetry takes, and how long it is kept. */
export interface StorageView {
  readonly tables: readonly (StoredTable & { readonly what: string; readonly keptMs: number | null })[];
  readonly usedBytes: number;
  /** Null where whoever keeps it sees to that. */
  readonly segments: SegmentStatus | null;
  /** Null where there are none. */
  readonly setAside: SetAsideView | null;
  /** From here on requests and spans are kept for a shorter time. */
  readonly bytesMax: number;
  /** How long what is kept, as it is written; `isFixed`: by a flag of the server's start. */
  readonly retention: { readonly isFixed: boolean; readonly texts: RetentionTexts };
  /** Sets of labels that windows are counted by. */
  readonly keys: number;
  /** Of the last week. */
  readonly gaps: { readonly count: number; readonly requests: number; readonly newestMs: number | null };
}
