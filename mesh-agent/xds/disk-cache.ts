import { existsSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { PharosError } from "#core/errors.ts";
import type { Log } from "#mesh-agent/log.ts";
import type { CacheCommit, CachedResource, ResourceCache } from "#mesh-agent/xds/cached-resource.ts";

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS resource (
    type TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, aliases TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (type, name)
  ) WITHOUT ROWID;
`;

interface Row {
  readonly name: string;
  readonly version: string;
  readonly aliases: string;
  readonly body: Uint8Array;
}

/**
 * The last configuration that Envoy accepted, on disk. Each acknowledgement is one transaction: what dies in the middle
 * leaves the one before. A file that cannot be read is moved aside, never deleted.
 */
export class DiskCache implements ResourceCache {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  static open(file: string, log: Log): DiskCache {
    try {
      return new DiskCache(openDatabase(file));
    } catch (error) {
      if (!existsSync(file))
        throw new PharosError("unavailable", `cannot open ${file}: ${String(error)}`, { cause: error });
      const aside = `${file}.unreadable-${Date.now()}`;
      renameSync(file, aside);
      for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
      log("error", "the last good configuration could not be read; it was moved aside", {
        file: aside,
        error: String(error),
      });
      return new DiskCache(openDatabase(file));
    }
  }

  list(type: string): readonly CachedResource[] {
    return (
      this.#db.prepare("SELECT name, version, aliases, body FROM resource WHERE type = ?").all(type) as unknown as Row[]
    ).map(fromRow);
  }

  find(type: string, name: string): CachedResource | undefined {
    const byName = this.#db
      .prepare("SELECT name, version, aliases, body FROM resource WHERE type = ? AND name = ?")
      .get(type, name);
    const byAlias =
      byName ??
      this.#db
        .prepare(
          "SELECT name, version, aliases, body FROM resource WHERE type = ? AND aliases <> '[]' AND EXISTS (SELECT 1 FROM json_each(aliases) WHERE value = ?)",
        )
        .get(type, name);
    return byAlias === undefined ? undefined : fromRow(byAlias as unknown as Row);
  }

  version(type: string, name: string): string | undefined {
    const row = this.#db.prepare("SELECT version FROM resource WHERE type = ? AND name = ?").get(type, name);
    return row === undefined ? undefined : String(row.version);
  }

  isEmpty(): boolean {
    return this.#db.prepare("SELECT 1 FROM resource LIMIT 1").get() === undefined;
  }

  /** Throws "unavailable" when the disk refuses, leaving what was there. */
  commit({ type, upserts, removes, unsure = [], keepOnly }: CacheCommit): void {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      const upsert = this.#db.prepare(
        "INSERT OR REPLACE INTO resource (type, name, version, aliases, body) VALUES (?, ?, ?, ?, ?)",
      );
      const remove = this.#db.prepare("DELETE FROM resource WHERE type = ? AND name = ?");
      for (const { name, version, aliases, body } of upserts)
        upsert.run(type, name, version, JSON.stringify(aliases), body);
      for (const name of removes) remove.run(type, name);
      const doubt = this.#db.prepare("UPDATE resource SET version = '' WHERE type = ? AND name = ?");
      for (const name of unsure) doubt.run(type, name);
      if (keepOnly !== undefined) {
        for (const { name } of this.#db.prepare("SELECT name FROM resource WHERE type = ?").all(type))
          if (!keepOnly.has(String(name))) remove.run(type, String(name));
      }
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw new PharosError("unavailable", `cannot store the configuration that Envoy accepted: ${String(error)}`, {
        hint: "make room on the disk; Envoy itself is not affected",
        cause: error,
      });
    }
  }

  /** Resources held, by type URL. */
  counts(): ReadonlyMap<string, number> {
    return new Map(
      this.#db
        .prepare("SELECT type, count(*) AS n FROM resource GROUP BY type")
        .all()
        .map(({ type, n }) => [String(type), Number(n)]),
    );
  }

  /** Bounds the file, in pages of 4 KB; a commit past it fails as on a full disk. */
  limitPages(count: number): void {
    this.#db.exec(`PRAGMA max_page_count = ${count}`);
  }

  close(): void {
    this.#db.close();
  }
}

function openDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec(SCHEMA);
    const check = db.prepare("PRAGMA quick_check").get();
    if (check?.quick_check !== "ok") throw new Error(String(check?.quick_check));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function fromRow({ name, version, aliases, body }: Row): CachedResource {
  return { name, version, aliases: JSON.parse(aliases) as string[], body };
}
