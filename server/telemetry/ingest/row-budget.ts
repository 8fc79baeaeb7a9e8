/** What one party may hand over of one kind of row. */
export interface RowLimit {
  /** In words, for those who are told: "spans". */
  readonly name: string;
  readonly perSecond: number;
  /** At once: what has gathered while the control plane or the network was away. */
  readonly atOnce: number;
}

interface Left {
  rows: number;
  atMs: number;
}

/** Parties that are known at a time; the one that was silent longest goes, and has all it may again. */
const PARTIES_MAX = 20_000;

/** Rows that each party may hand over in a time (a token bucket each): nobody fills the store that all share. */
export class RowBudget {
  readonly limit: RowLimit;
  /** The one that came last is the last. */
  readonly #parties = new Map<string, Left>();

  constructor(limit: RowLimit) {
    this.limit = limit;
  }

  /** How many of `rows` are taken: the others are too many. */
  take(party: string, rows: number, nowMs: number): number {
    const { perSecond, atOnce } = this.limit;
    const known = this.#parties.get(party) ?? { rows: atOnce, atMs: nowMs };
    const since = Math.max(0, nowMs - known.atMs);
    const left = Math.min(atOnce, known.rows + (since * perSecond) / 1000);
    const taken = Math.min(rows, Math.floor(left));
    this.#parties.delete(party);
    this.#parties.set(party, { rows: left - taken, atMs: Math.max(nowMs, known.atMs) });
    const [oldest] = this.#parties.keys();
    if (this.#parties.size > PARTIES_MAX && oldest !== undefined) this.#parties.delete(oldest);
    return taken;
  }

  /** How long until a party that has nothing left may hand over `rows`, or as many as it may in a second. */
  waitMs(party: string, rows: number, nowMs: number): number {
    const { perSecond } = this.limit;
    const known = this.#parties.get(party);
    if (known === undefined) return 0;
    const left = known.rows + (Math.max(0, nowMs - known.atMs) * perSecond) / 1000;
    return Math.max(0, ((Math.min(rows, perSecond) - left) / perSecond) * 1000);
  }

  /** Rows that were taken and could not be stored: they come again. */
  give(party: string, rows: number): void {
    const known = this.#parties.get(party);
    if (known !== undefined)
      this.#parties.set(party, { ...known, rows: Math.min(this.limit.atOnce, known.rows + rows) });
  }
}
