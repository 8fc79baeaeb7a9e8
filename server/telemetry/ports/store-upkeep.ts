import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { SegmentStatus, StoredTable } from "#core/view/storage.ts";

/** What is to be done to a store now and then. When, is decided above. */
export interface StoreUpkeep {
  /** Adds finished windows to the coarser tiers; counts stay exact whenever it dies. */
  rollUp(nowMs: number): Promise<void>;
  /** What of the store is in files that it is made from anew, where it is damaged; null where another server keeps it. */
  segments(): SegmentStatus | null;
  /** What the store holds, and has beside it: room that was given back does not count. */
  usedBytes(): Promise<number>;
  /**
   * Takes away what is older than the retention; `shrink` (0 to 1) shortens the life of spans, logs and requests. Resolves with the
   * sets of labels that no window has any more, before anything else is stored.
   */
  dropOld(nowMs: number, shrink: number): Promise<readonly TrafficKey[]>;
  /** What each table holds and takes. */
  tables(nowMs: number): Promise<readonly StoredTable[]>;
  /** Writes all that is committed to a directory, as a store that is opened there reads it, while this one is used. */
  copyTo(dir: string): Promise<void>;
  /** Gives back room where there is some to give. */
  compact(): Promise<void>;
}
