import type { Database } from "#server/db/open-database.ts";

/**
 * Takes what was committed into the file itself: a mesh whose log was lost, or left out of a copy, must not wake up with an older
 * configuration. Where that fails it is in the log all the same, and the next one takes it along. It writes to the disk in
 * this thread, so whoever hears of the commit is let read it first.
 */
export async function foldLog(db: Database): Promise<void> {
  await new Promise(setImmediate);
  await db.$queryRaw`PRAGMA wal_checkpoint(PASSIVE)`.catch(() => undefined);
}
