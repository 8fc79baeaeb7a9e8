import { chmodSync, closeSync, existsSync, openSync, readSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { PharosError } from "#core/errors.ts";
import { CacheIndex } from "#mesh-agent/xds/cache-index.ts";
import type { CacheCommit, CachedResource, ResourceCache } from "#mesh-agent/xds/cached-resource.ts";
import { inTransaction } from "#node/in-transaction.ts";
import type { Logger } from "#node/log.ts";
import { isCorrupt, moveAside, openChecked, writeOut } from "#node/sqlite-file.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS resource (
    type TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, aliases TEXT NOT NULL, body BLOB NOT NULL, crc INTEGER,
    PRIMARY KEY (type, name)
  ) WITHOUT ROWID;
`;

interface Row {
  readonly name: string;
  readonly version: string;
  readonly aliases: string;
  readonly body: Uint8Array;
}

interface StoredRow extends Row {
  readonly type: string;
  /** Null where an earlier release wrote it. */
  readonly crc: number | null;
}

interface Statements {
  readonly select: StatementSync;
  readonly insert: (row: Omit<StoredRow, "crc">) => void;
  readonly remove: StatementSync;
}

/** A database with what is made once for it. */
interface Opened extends Statements {
  readonly db: DatabaseSync;
  readonly index: CacheIndex;
}

/**
 * The last configuration that Envoy accepted, on disk. Each acknowledgement is one transaction: what dies in the middle
 * leaves the one before. A file that cannot be read is moved aside, never deleted; a resource that was damaged is told of
 * and asked for again. What the disk refuses stands in memory, from where it serves Envoy, until `settle` finds room.
 */
export class DiskCache implements ResourceCache {
  readonly #file: string;
  readonly #log: Logger;
  #opened: Opened;
  #problem: string | undefined;
  readonly #listeners: ((commit: CacheCommit) => void)[] = [];

  private constructor(file: string, log: Logger, db: DatabaseSync) {
    this.#file = file;
    this.#log = log;
    this.#opened = openOn(db);
  }

  /** Tells what Envoy has accepted. */
  onCommit(listener: (commit: CacheCommit) => void): void {
    this.#listeners.push(listener);
  }

  static open(file: string, log: Logger): DiskCache {
    let why: unknown;
    try {
      return new DiskCache(file, log, openDatabase(file, log));
    } catch (error) {
      why = error;
    }
    if (isCorrupt(why) && existsSync(file)) {
      const aside = moveAside(file, "unreadable");
      log.error("the last good configuration could not be read; it was moved aside", {
        file: aside,
        error: String(why),
      });
      try {
        return new DiskCache(file, log, openDatabase(file, log));
      } catch (error) {
        why = error;
      }
    }
    const cache = new DiskCache(
      file,
      log,
      copyToMemory(() => readRows(file, log)),
    );
    cache.#complain(why);
    return cache;
  }

  /** Why the file is behind what Envoy accepted; undefined when it is not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Writes what the disk refused, if it takes it now. */
  settle(): void {
    if (this.#problem === undefined || !writeOut(this.#opened.db, this.#file)) return;
    try {
      const onDisk = openOn(openDatabase(this.#file, this.#log));
      this.#opened.db.close();
      this.#opened = onDisk;
      this.#problem = undefined;
      this.#log.info("the last good configuration is on the disk again");
    } catch {
      // Memory has it still.
    }
  }

  list(type: string): readonly CachedResource[] {
    return (
      this.#opened.db
        .prepare("SELECT name, version, aliases, body FROM resource WHERE type = ?")
        .all(type) as unknown as Row[]
    ).map(fromRow);
  }

  find(type: string, name: string): CachedResource | undefined {
    const { index, select } = this.#opened;
    const known = index.nameOf(type, name);
    const row = known === undefined ? undefined : select.get(type, known);
    return row === undefined ? undefined : fromRow(row as unknown as Row);
  }

  version(type: string, name: string): string | undefined {
    return this.#opened.index.version(type, name);
  }

  isEmpty(): boolean {
    return this.#opened.index.isEmpty;
  }

  /** False when the disk refuses it: it is held in memory. */
  commit(commit: CacheCommit): boolean {
    try {
      this.#apply(commit);
      return this.#problem === undefined;
    } catch (error) {
      if (this.#problem !== undefined) throw error;
      const onDisk = this.#opened.db;
      this.#opened = openOn(copyToMemory(() => allRows(onDisk)));
      onDisk.close();
      this.#complain(error);
      this.#apply(commit);
      return false;
    }
  }

  #apply(commit: CacheCommit): void {
    apply(this.#opened, commit);
    this.#opened.index.apply(commit);
    for (const listener of this.#listeners) listener(commit);
  }

  /** Resources held, by type URL. */
  counts(): ReadonlyMap<string, number> {
    return this.#opened.index.counts();
  }

  /** Bounds the file, in pages of 4 KB; a commit past it fails as on a full disk. */
  limitPages(count: number): void {
    this.#opened.db.exec(`PRAGMA max_page_count = ${count}`);
  }

  close(): void {
    this.settle();
    this.#opened.db.close();
  }

  #complain(error: unknown): void {
    const why = new PharosError("exhausted", `cannot store the configuration that Envoy accepted: ${String(error)}`, {
      hint: "make room on the disk, or fix permissions; Envoy itself is not affected",
    });
    this.#problem = why.toString();
    this.#log.error(this.#problem);
  }
}

function openOn(db: DatabaseSync): Opened {
  return { db, index: indexOf(db), ...prepareOn(db) };
}

function indexOf(db: DatabaseSync): CacheIndex {
  const rows = db.prepare("SELECT type, name, version, aliases FROM resource").all() as unknown as readonly StoredRow[];
  return new CacheIndex(rows.map((row) => ({ ...row, aliases: JSON.parse(row.aliases) as string[] })));
}

/** Preparing costs more than what is run. */
function prepareOn(db: DatabaseSync): Statements {
  const insert = db.prepare(
    "INSERT OR REPLACE INTO resource (type, name, version, aliases, body, crc) VALUES (?, ?, ?, ?, ?, ?)",
  );
  return {
    select: db.prepare("SELECT name, version, aliases, body FROM resource WHERE type = ? AND name = ?"),
    insert: (row) => void insert.run(row.type, row.name, row.version, row.aliases, row.body, checksum(row)),
    remove: db.prepare("DELETE FROM resource WHERE type = ? AND name = ?"),
  };
}

/** To the database alone: the index has what was there before. */
function apply(
  { db, index, select, insert, remove }: Opened,
  { type, upserts, removes, unsure = [], keepOnly }: CacheCommit,
): void {
  inTransaction(db, () => {
    for (const { name, version, aliases, body } of upserts)
      insert({ type, name, version, aliases: JSON.stringify(aliases), body });
    for (const name of removes) remove.run(type, name);
    for (const name of unsure) {
      const row = select.get(type, name) as unknown as Row | undefined;
      if (row !== undefined) insert({ ...row, type, version: "" });
    }
    if (keepOnly !== undefined) {
      for (const name of [...index.names(type), ...upserts.map((each) => each.name)])
        if (!keepOnly.has(name)) remove.run(type, name);
    }
  });
}

function checksum({ type, name, version, aliases, body }: Omit<StoredRow, "crc">): number {
  return crc32(body, crc32(JSON.stringify([type, name, version, aliases])));
}

/** Opening a file that is there asks nothing of the disk: a full one serves what it has. */
function openDatabase(file: string, log: Logger): DatabaseSync {
  const isWal = isWriteAhead(file);
  const db = isWal ? new DatabaseSync(file) : openChecked(file);
  try {
    // An earlier release's: alone it needs no shared memory, which would be a new file.
    if (isWal) db.exec("PRAGMA locking_mode = EXCLUSIVE");
    // What is no part of it any more is overwritten: a gateway's keys are in it.
    db.exec(
      "PRAGMA secure_delete = ON; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL; PRAGMA locking_mode = NORMAL;",
    );
    keepPrivate(file);
    db.exec(SCHEMA);
    if (
      !db
        .prepare("PRAGMA table_info(resource)")
        .all()
        .some(({ name }) => name === "crc")
    )
      db.exec("ALTER TABLE resource ADD COLUMN crc INTEGER");
    const whole = new Set(withoutDamaged(allRows(db), log).map(({ type, name }) => `${type} ${name}`));
    const { remove } = prepareOn(db);
    for (const { type, name } of allRows(db)) if (!whole.has(`${type} ${name}`)) remove.run(type, name);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite makes it as its user's other files are; who cannot change that serves all the same, in a directory that is private. */
function keepPrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch {
    // A disk that takes no writes.
  }
}

/** The file's header says so, in bytes 18 and 19. */
function isWriteAhead(file: string): boolean {
  if (!existsSync(file)) return false;
  const fd = openSync(file, "r");
  try {
    const header = Buffer.alloc(20);
    return readSync(fd, header, 0, 20, 0) === 20 && header[18] === 2;
  } finally {
    closeSync(fd);
  }
}

/** What can be read where nothing can be written. */
function readRows(file: string, log: Logger): readonly StoredRow[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    return withoutDamaged(allRows(db), log);
  } finally {
    db.close();
  }
}

function allRows(db: DatabaseSync): readonly StoredRow[] {
  return db.prepare("SELECT * FROM resource").all() as unknown as readonly StoredRow[];
}

function withoutDamaged(rows: readonly StoredRow[], log: Logger): readonly StoredRow[] {
  const whole = rows.filter((row) => row.crc === undefined || row.crc === null || row.crc === checksum(row));
  if (whole.length < rows.length)
    log.error("resources of the last good configuration were damaged on the disk; the control plane is asked again", {
      damaged: rows.length - whole.length,
      whole: whole.length,
    });
  return whole;
}

/** As much as `read` gives: none where it throws. */
function copyToMemory(read: () => readonly StoredRow[]): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  db.exec(SCHEMA);
  try {
    const { insert } = prepareOn(db);
    for (const row of read()) insert(row);
  } catch {
    // The control plane has it; until it is there, Envoy goes on with what it holds.
  }
  return db;
}

function fromRow({ name, version, aliases, body }: Row): CachedResource {
  return { name, version, aliases: JSON.parse(aliases) as string[], body };
}
