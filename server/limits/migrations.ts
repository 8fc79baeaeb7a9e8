import type { DatabaseSync } from "node:sqlite";
import { migrateSqlite } from "#node/migrate-sqlite.ts";

/** In order; one that was released is never changed. Each finds the tables as those before it left them. */
const MIGRATIONS: readonly string[] = [
  // Before there were numbers all holders of a key were in its row.
  `
  CREATE TABLE IF NOT EXISTS lease_key (key TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lease_holder (key TEXT, agent TEXT, state TEXT NOT NULL, PRIMARY KEY (key, agent)) WITHOUT ROWID;
  INSERT OR IGNORE INTO lease_holder
    SELECT lease_key.key, json_extract(held.value, '$[0]'), json_extract(held.value, '$[1]')
    FROM lease_key, json_each(lease_key.state, '$.holders') AS held;
  UPDATE lease_key SET state = json_remove(state, '$.holders') WHERE json_extract(state, '$.holders') IS NOT NULL;
  CREATE TABLE IF NOT EXISTS lease_clock (id INTEGER PRIMARY KEY CHECK (id = 1), now_ms REAL NOT NULL);
  `,
  `
  CREATE TABLE ledger (
    key TEXT NOT NULL, start_ms REAL NOT NULL, end_ms REAL NOT NULL, amount REAL NOT NULL, used REAL NOT NULL,
    held REAL NOT NULL, carried REAL NOT NULL, added REAL NOT NULL, at_ms REAL NOT NULL, PRIMARY KEY (key, start_ms)
  ) WITHOUT ROWID;
  CREATE TABLE ledger_change (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, at_ms REAL NOT NULL, what TEXT NOT NULL, units REAL NOT NULL,
    used REAL NOT NULL, held REAL NOT NULL, author TEXT NOT NULL, lease REAL NOT NULL, reason TEXT NOT NULL
  );
  CREATE INDEX ledger_change_of ON ledger_change (key, id);
  CREATE INDEX ledger_change_at ON ledger_change (what, at_ms);
  CREATE TABLE ledger_notice (
    key TEXT NOT NULL, start_ms REAL NOT NULL, percent REAL NOT NULL, at_ms REAL NOT NULL, used REAL NOT NULL,
    amount REAL NOT NULL, told_ms REAL, PRIMARY KEY (key, start_ms, percent)
  ) WITHOUT ROWID;
  ALTER TABLE lease_clock ADD COLUMN calendar_ms REAL NOT NULL DEFAULT 0;
  `,
];

export function migrateLimits(db: DatabaseSync): void {
  migrateSqlite(db, MIGRATIONS, "limits.db");
}
