import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BucketState, Holder, KeyChanges, KeyState } from "#core/rate-limit/key-owner.ts";
import type { OwnerState } from "#core/rate-limit/lease-owner.ts";

/** The first version had all holders of a key in its row. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS lease_key (key TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lease_holder (key TEXT, agent TEXT, state TEXT NOT NULL, PRIMARY KEY (key, agent)) WITHOUT ROWID;
  INSERT OR IGNORE INTO lease_holder
    SELECT lease_key.key, json_extract(held.value, '$[0]'), json_extract(held.value, '$[1]')
    FROM lease_key, json_each(lease_key.state, '$.holders') AS held;
  UPDATE lease_key SET state = json_remove(state, '$.holders') WHERE json_extract(state, '$.holders') IS NOT NULL;
  CREATE TABLE IF NOT EXISTS lease_clock (id INTEGER PRIMARY KEY CHECK (id = 1), now_ms REAL NOT NULL);
`;

export interface StoredKey {
  readonly rule: string;
  readonly key: string;
  readonly changes: KeyChanges;
}

/** What the owner has to know again when it is started again: written before it answers, in one transaction an answer. */
export class LeaseStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #insertHolder: StatementSync;
  readonly #removeHolder: StatementSync;
  readonly #removeHolders: StatementSync;
  readonly #clock: StatementSync;

  /** Throws SQLite's error where it is no database. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    this.#db.exec(SCHEMA);
    this.#insert = this.#db.prepare("INSERT OR REPLACE INTO lease_key (key, rule, state) VALUES (?, ?, ?)");
    this.#remove = this.#db.prepare("DELETE FROM lease_key WHERE key = ?");
    this.#insertHolder = this.#db.prepare("INSERT OR REPLACE INTO lease_holder (key, agent, state) VALUES (?, ?, ?)");
    this.#removeHolder = this.#db.prepare("DELETE FROM lease_holder WHERE key = ? AND agent = ?");
    this.#removeHolders = this.#db.prepare("DELETE FROM lease_holder WHERE key = ?");
    this.#clock = this.#db.prepare("INSERT OR REPLACE INTO lease_clock (id, now_ms) VALUES (1, ?)");
  }

  /** When the owner's clock was read last, in its time; 0 at first. */
  get lastMs(): number {
    const row = this.#db.prepare("SELECT now_ms FROM lease_clock").get();
    return typeof row?.now_ms === "number" ? row.now_ms : 0;
  }

  /** By `policy|rule`. */
  read(): ReadonlyMap<string, OwnerState> {
    const holders = Map.groupBy(this.#db.prepare("SELECT key, agent, state FROM lease_holder").all(), ({ key }) => key);
    const rows = this.#db.prepare("SELECT key, rule, state FROM lease_key").all();
    const byRule = Map.groupBy(rows, ({ rule }) => String(rule));
    const stateOf = ({ key, state }: (typeof rows)[number]): KeyState => ({
      ...(JSON.parse(String(state)) as BucketState),
      holders: (holders.get(key ?? null) ?? []).map(
        ({ agent, state: of }) => [String(agent), JSON.parse(String(of)) as Holder] as const,
      ),
    });
    return new Map(
      [...byRule].map(([rule, own]) => [
        rule,
        { keys: own.map((row) => [String(row.key), stateOf(row)] as const), floors: [] },
      ]),
    );
  }

  /** Throws where the disk refuses: then nothing was granted, and nothing forgotten. */
  write(nowMs: number, forgotten: Iterable<string>, keys: readonly StoredKey[]): void {
    this.#db.exec("BEGIN");
    try {
      for (const key of forgotten) {
        this.#remove.run(key);
        this.#removeHolders.run(key);
      }
      for (const { key, rule, changes } of keys) {
        this.#insert.run(key, rule, JSON.stringify(changes.bucket));
        for (const [agent, holder] of changes.holders)
          if (holder === undefined) this.#removeHolder.run(key, agent);
          else this.#insertHolder.run(key, agent, JSON.stringify(holder));
      }
      this.#clock.run(nowMs);
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }
}
