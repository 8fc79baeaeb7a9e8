import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { LedgerEntry } from "#core/rate-limit/ledger-meter.ts";
import { inTransaction } from "#node/in-transaction.ts";

/** Draws are kept so long, and among the last changes of each consumer alone; what people did, and periods, for longer. */
const DRAWS_MS = 7 * 24 * 3_600_000;
const DRAWS_MAX = 200;
const KEPT_MS = 400 * 24 * 3_600_000;

/** What becomes of one consumer's ledger at one moment. */
export interface LedgerWrite {
  readonly key: string;
  readonly atMs: number;
  readonly entries: readonly LedgerEntry[];
  readonly held: number;
  readonly change: LedgerChange;
  /** Of what was used, what is told for the first time in the period. */
  readonly reached: readonly number[];
}

export interface LedgerChange {
  readonly what: "draw" | "top-up" | "reset";
  /** Used by the draw, or added; of a reset, what was used. */
  readonly units: number;
  /** The agent, or who did it. */
  readonly author: string;
  /** Of a draw; else 0. */
  readonly lease: number;
  readonly reason: string;
}

export interface StoredChange extends LedgerChange {
  readonly atMs: number;
  readonly used: number;
  readonly held: number;
}

export interface StoredNotice {
  readonly key: string;
  readonly startMs: number;
  readonly percent: number;
  readonly atMs: number;
  readonly used: number;
  readonly amount: number;
}

/** A percent that was reached in a period that is not over, and what is used of it by now. */
export interface StandingNotice {
  readonly key: string;
  readonly percent: number;
  readonly used: number;
  readonly amount: number;
}

/** Rows by consumer and period, and every change of them. Its writes are part of a transaction of who has them written. */
export class LedgerStore {
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #change: StatementSync;
  readonly #notice: StatementSync;
  readonly #trim: StatementSync;
  /** Drawn from since the last `prune`. */
  readonly #drawn = new Set<string>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#put = db.prepare("INSERT OR REPLACE INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#change = db.prepare("INSERT INTO ledger_change VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#notice = db.prepare("INSERT OR IGNORE INTO ledger_notice VALUES (?, ?, ?, ?, ?, ?, NULL)");
    this.#trim = db.prepare(
      `DELETE FROM ledger_change WHERE key = :key AND what = 'draw' AND id <= (
        SELECT id FROM ledger_change WHERE key = :key ORDER BY id DESC LIMIT 1 OFFSET ${DRAWS_MAX})`,
    );
  }

  write({ key, atMs, entries, held, change, reached }: LedgerWrite): void {
    for (const [at, { startMs, endMs, amount, used, carried, added }] of entries.entries())
      this.#put.run(key, startMs, endMs, amount, used, at === 0 ? held : 0, carried, added, atMs);
    const [now] = entries;
    const { what, units, author, lease, reason } = change;
    this.#change.run(key, atMs, what, units, now?.used ?? 0, held, author, lease, reason);
    if (what === "draw") this.#drawn.add(key);
    if (now === undefined) return;
    const all = now.amount + now.carried + now.added;
    for (const percent of reached) this.#notice.run(key, now.startMs, percent, atMs, now.used, all);
  }

  /** Periods of a consumer, the latest first. */
  periods(key: string, most: number): readonly LedgerEntry[] {
    return this.#db
      .prepare("SELECT * FROM ledger WHERE key = ? ORDER BY start_ms DESC LIMIT ?")
      .all(key, most)
      .map((row) => ({
        ...{ startMs: Number(row.start_ms), endMs: Number(row.end_ms), amount: Number(row.amount) },
        ...{ used: Number(row.used), carried: Number(row.carried), added: Number(row.added) },
      }));
  }

  /** The latest first: what people did, and of draws as many as there is room for besides. */
  changes(key: string, most: number): readonly StoredChange[] {
    return this.#db
      .prepare(
        `SELECT * FROM (SELECT * FROM ledger_change WHERE key = ? ORDER BY what = 'draw', id DESC LIMIT ?)
        ORDER BY id DESC`,
      )
      .all(key, most)
      .map((row) => ({
        ...{ atMs: Number(row.at_ms), what: String(row.what) as StoredChange["what"], units: Number(row.units) },
        ...{ used: Number(row.used), held: Number(row.held), author: String(row.author), lease: Number(row.lease) },
        reason: String(row.reason),
      }));
  }

  /** What nobody was told of what came since then, the first first. */
  untold(most: number, sinceMs = 0): readonly StoredNotice[] {
    return this.#db
      .prepare("SELECT * FROM ledger_notice WHERE told_ms IS NULL AND at_ms >= ? ORDER BY at_ms LIMIT ?")
      .all(sinceMs, most)
      .map((row) => ({
        ...{ key: String(row.key), startMs: Number(row.start_ms), percent: Number(row.percent) },
        ...{ atMs: Number(row.at_ms), used: Number(row.used), amount: Number(row.amount) },
      }));
  }

  /**
   * The percents that consumers have reached, and still have, in periods that are not over, each consumer's lowest first; of `most`
   * consumers, those that reached one first.
   */
  standing(nowMs: number, most: number): readonly StandingNotice[] {
    return this.#db
      .prepare(
        `WITH reached AS (
           SELECT key, start_ms, percent, ledger_notice.at_ms, ledger.used, ledger.amount + ledger.carried + ledger.added AS whole
           FROM ledger_notice JOIN ledger USING (key, start_ms)
           WHERE ledger.end_ms > ? AND 100 * ledger.used >= percent * (ledger.amount + ledger.carried + ledger.added)
         ), consumer AS (
           SELECT key, start_ms, min(at_ms) AS first_ms FROM reached GROUP BY key, start_ms ORDER BY first_ms, key LIMIT ?
         )
         SELECT key, percent, used, whole FROM reached JOIN consumer USING (key, start_ms) ORDER BY first_ms, key, percent`,
      )
      .all(nowMs, most)
      .map((row) => ({
        ...{ key: String(row.key), percent: Number(row.percent), used: Number(row.used), amount: Number(row.whole) },
      }));
  }

  told({ key, startMs, percent }: StoredNotice, atMs: number): void {
    this.#db
      .prepare("UPDATE ledger_notice SET told_ms = ? WHERE key = ? AND start_ms = ? AND percent = ?")
      .run(atMs, key, startMs, percent);
  }

  #trimAll(): void {
    inTransaction(this.#db, () => {
      for (const key of this.#drawn) this.#trim.run({ key });
    });
    this.#drawn.clear();
  }

  /** Forgets what is old. */
  prune(nowMs: number): void {
    if (this.#drawn.size > 0) this.#trimAll();
    this.#db.prepare("DELETE FROM ledger_change WHERE what = 'draw' AND at_ms < ?").run(nowMs - DRAWS_MS);
    this.#db.prepare("DELETE FROM ledger_change WHERE what <> 'draw' AND at_ms < ?").run(nowMs - KEPT_MS);
    this.#db.prepare("DELETE FROM ledger WHERE end_ms < ?").run(nowMs - KEPT_MS);
    this.#db.prepare("DELETE FROM ledger_notice WHERE at_ms < ?").run(nowMs - KEPT_MS);
  }
}
