import type { DatabaseSync } from "node:sqlite";

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

/** All of it or nothing. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
