import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { KeyState } from "#core/rate-limit/key-owner.ts";
import type { OwnerState } from "#core/rate-limit/lease-owner.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS lease_key (key TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lease_clock (id INTEGER PRIMARY KEY CHECK (id = 1), now_ms REAL NOT NULL);
`;

export interface StoredKey {
  readonly rule: string;
  readonly key: string;
  /** Undefined: nothing is known of it. */
  readonly state: KeyState | undefined;
}

/** What the owner has to know again when it is started again: written before it answers, in one transaction an answer. */
export class LeaseStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #clock: StatementSync;

  /** Throws SQLite's error where it is no database. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    this.#db.exec(SCHEMA);
    this.#insert = this.#db.prepare("INSERT OR REPLACE INTO lease_key (key, rule, state) VALUES (?, ?, ?)");
    this.#remove = this.#db.prepare("DELETE FROM lease_key WHERE key = ?");
    this.#clock = this.#db.prepare("INSERT OR REPLACE INTO lease_clock (id, now_ms) VALUES (1, ?)");
  }

  /** When the owner's clock was read last, in its time; 0 at first. */
  get lastMs(): number {
    const row = this.#db.prepare("SELECT now_ms FROM lease_clock").get();
    return typeof row?.now_ms === "number" ? row.now_ms : 0;
  }

  /** By `policy|rule`. */
  read(): ReadonlyMap<string, OwnerState> {
    const rows = this.#db.prepare("SELECT key, rule, state FROM lease_key").all();
    const byRule = Map.groupBy(rows, ({ rule }) => String(rule));
    return new Map(
      [...byRule].map(([rule, own]) => [
        rule,
        {
          keys: own.map(({ key, state }) => [String(key), JSON.parse(String(state)) as KeyState] as const),
          floors: [],
        },
      ]),
    );
  }

  /** Throws where the disk refuses: then nothing was granted. */
  write(nowMs: number, keys: readonly StoredKey[]): void {
    this.#db.exec("BEGIN");
    try {
      for (const { key, rule, state } of keys)
        if (state === undefined) this.#remove.run(key);
        else this.#insert.run(key, rule, JSON.stringify(state));
      this.#clock.run(nowMs);
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  forget(key: string): void {
    this.#remove.run(key);
  }

  close(): void {
    this.#db.close();
  }
}
