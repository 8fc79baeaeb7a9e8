/** Units that were used, as the agent's clock says it. */
export interface Spent {
  readonly amount: number;
  /** The last of them was used so long before the draw was sent, at least. */
  readonly agoMs: number;
}

/** Of one draw: of more requests that wait the others are in the next. */
export const NEEDS_MAX = 1000;

/** What an agent asks of a key's owner. Each draw stands for all before it: what is lost, repeated or late does no harm. */
export interface Draw {
  /** One run of an agent: another after each start. */
  readonly agent: string;
  readonly key: string;
  /** Counts up with every draw of the agent, over all keys. */
  readonly lease: number;
  /** The first draw of the count that `used` is of: an agent that had told all of a key begins another. */
  readonly account: number;
  /** Units used of this key in this account. */
  readonly used: number;
  /** Of `used`, what the agent knows to be counted. */
  readonly counted: number;
  /** Of `used`, what is not known to be counted, the oldest first. */
  readonly spent: readonly Spent[];
  /** Units that the agent holds and nobody has used: all else of its last lease goes back. */
  readonly idle: number;
  /** Units of requests that are admitted, and may yet cost less. */
  readonly pending: number;
  /** What requests that wait cost, the first first. */
  readonly needs: readonly number[];
  /** Units that would spare it asking for a while. */
  readonly want: number;
}

export interface Grant {
  readonly key: string;
  /** The draw that is answered. An agent takes the answer to its last draw alone. */
  readonly lease: number;
  /** Units that it holds besides those it said it does: of `needs`, as many as had room, in order, and some of `want`. */
  readonly granted: number;
  /** Whether it was given some of what it wanted; false: there is little, ask for each request. */
  readonly isAmple: boolean;
  /** For so long since the draw was sent, it holds what it holds. */
  readonly ttlMs: number;
  /** Units that nobody holds or used, besides those that are granted. */
  readonly left: number;
  /** When there may be room for the first that got none; 0 when all got theirs. */
  readonly waitMs: number;
  /** Why it grants nothing, where that says nothing of the limit: the draw came too late, the owner knows no such limit (any more),
   * or there are too many keys. */
  readonly trouble?: "stale" | "unknown-limit" | "too-many-keys";
}
