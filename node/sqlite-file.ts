import { existsSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const CORRUPT = 11;
const NOT_A_DATABASE = 26;
/** Full, and what a full disk is called where a journal or the file itself cannot be begun: IOERR, CANTOPEN. */
const FOR_WANT_OF_ROOM: ReadonlySet<number> = new Set([13, 10, 14]);
const SIDES = ["-journal", "-wal", "-shm"] as const;

/** SQLite's own code, without what its extensions add; undefined of other errors. */
function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: number }).errcode;
  return code === undefined ? undefined : code & 0xff;
}

/** What the file holds is no database, or a broken one: moving it away helps, as it does not where the disk is full. */
export function isCorrupt(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CORRUPT || code === NOT_A_DATABASE;
}

/** The disk has no room, as far as can be told. */
export function isForWantOfRoom(error: unknown): boolean {
  const code = sqliteCode(error);
  return (code !== undefined && FOR_WANT_OF_ROOM.has(code)) || /full|ENOSPC/i.test(String(error));
}

/** Throws SQLite's "corrupt" for a file whose pages do not fit together. */
export function openChecked(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    const verdict = db.prepare("PRAGMA quick_check(1)").get();
    if (verdict?.quick_check === "ok") return db;
    throw Object.assign(new Error(`damaged: ${String(verdict?.quick_check)}`), { errcode: CORRUPT });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Moves a database and what belongs to it away, and returns where to. */
export function moveAside(path: string, word: string): string {
  const aside = `${path}.${word}-${Date.now()}`;
  renameSync(path, aside);
  for (const side of SIDES) if (existsSync(path + side)) renameSync(path + side, aside + side);
  return aside;
}

/** Writes a database in memory to a file, whole or not at all. False where the disk refuses. */
export function writeOut(db: DatabaseSync, path: string): boolean {
  const temporary = `${path}.new`;
  try {
    rmSync(temporary, { force: true });
    db.prepare("VACUUM INTO ?").run(temporary);
    for (const side of SIDES) rmSync(path + side, { force: true });
    renameSync(temporary, path);
    return true;
  } catch {
    rmSync(temporary, { force: true });
    return false;
  }
}
