import type { DatabaseSync } from "node:sqlite";

/** All of it or nothing. Throws what `work` throws, or SQLite itself: after some errors, of a full disk too, that has ended the transaction already. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
