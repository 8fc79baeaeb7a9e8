/** What a bucket has let through, and so how much it may now. Times are one clock's milliseconds, which never goes back. */
export interface Meter {
  /** Units that may be used now; below 0 when more was used than may be. */
  room(nowMs: number): number;
  /** Charges units that were used at `atMs` or before it; charged is charged, also without room. */
  spend(amount: number, atMs: number, nowMs: number): void;
  /** How long until there is room for so many, if nothing else is used; Infinity when there never is. */
  waitMs(amount: number, nowMs: number): number;
  /** Whether it is as a new one: it may be forgotten. */
  isFresh(nowMs: number): boolean;
  /** Of a ledger: takes back what was charged at that time, and was not used. */
  refund?(amount: number, atMs: number, nowMs: number): void;
  /** For `openMeter` of the same limit. */
  save(): number[];
}
