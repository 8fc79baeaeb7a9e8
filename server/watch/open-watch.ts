import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Logger } from "#node/log.ts";
import { migrateSqlite } from "#node/migrate-sqlite.ts";
import { isCorrupt, moveAside, openChecked } from "#node/sqlite-file.ts";
import { WATCH_MIGRATIONS } from "#server/watch/migrations.ts";

/** What is found out in the background, kept in a file of its own: what it says follows from telemetry, and may be lost. */
export function openWatch(dir: string, log: Logger): DatabaseSync {
  const file = join(dir, "watch.db");
  try {
    return prepared(openChecked(file));
  } catch (error) {
    if (!isCorrupt(error)) {
      log.error("what is watched cannot be stored: it is known until the server is started again", {
        ...{ file, error: String(error) },
      });
      return prepared(new DatabaseSync(":memory:"));
    }
    log.error("what was watched could not be read: it was moved aside", { file: moveAside(file, "unreadable") });
    return prepared(new DatabaseSync(file));
  }
}

export function prepared(db: DatabaseSync): DatabaseSync {
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  migrateSqlite(db, WATCH_MIGRATIONS, "watch.db");
  return db;
}
