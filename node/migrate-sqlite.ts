import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "#node/in-transaction.ts";

/** Brings a file to the last version, each step whole or not at all. Throws where it is of a later one. */
export function migrateSqlite(db: DatabaseSync, migrations: readonly string[], file: string): void {
  const row = db.prepare("PRAGMA user_version").get();
  const version = Number(row?.user_version ?? 0);
  if (version > migrations.length)
    throw new Error(`${file} is of a later Pharos (version ${version}): start that one, or move the file away`);
  for (const [at, sql] of migrations.entries()) {
    if (at < version) continue;
    inTransaction(db, () => {
      db.exec(sql);
      db.exec(`PRAGMA user_version = ${at + 1}`);
    });
  }
}
