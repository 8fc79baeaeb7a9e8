import { randomUUID } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { PharosError } from "#core/errors.ts";

/** What one report carries beside its number: serialized fields of ReportRequest. */
export interface OutboxEntry {
  readonly sequence: number;
  readonly createdMs: number;
  /** Windows and gaps. */
  readonly counts: Uint8Array;
  /** Samples and spans: the first to go when room is short. Null once they went. */
  readonly extras: Uint8Array | null;
  /** Requests that the windows count. */
  readonly requests: number;
}

export interface Dropped {
  readonly requests: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface OutboxOptions {
  /** The log has lines: a store that knows nothing of them has forgotten what was reported. */
  readonly hasHistory?: boolean;
  readonly bytesMax?: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, created_ms INTEGER NOT NULL, counts BLOB NOT NULL, extras BLOB, requests INTEGER NOT NULL
  ) STRICT;`;

const OUTBOX_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Reports that wait to be acknowledged, and how far the log was read: both change in one transaction, which is on the
 * disk when it returns. A number is given once, also over restarts.
 */
export class Outbox {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #setState: StatementSync;
  readonly #bytesMax: number;
  #storeId: string;
  /** True when how far the log was read is not known: an unreadable store was moved aside, or was gone. */
  readonly hasLostState: boolean;

  private constructor(
    db: DatabaseSync,
    isDamaged: boolean,
    { hasHistory = false, bytesMax = OUTBOX_BYTES_MAX }: OutboxOptions,
  ) {
    this.#db = db;
    this.#bytesMax = bytesMax;
    // One file: a write-ahead log that is lost would take the store back to an old place in the log without a trace.
    db.exec("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA auto_vacuum = INCREMENTAL;");
    db.exec(SCHEMA);
    this.hasLostState = isDamaged || (hasHistory && this.state("storeId") === undefined);
    this.#insert = db.prepare("INSERT INTO outbox (created_ms, counts, extras, requests) VALUES (?, ?, ?, ?)");
    this.#setState = db.prepare(
      "INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    this.#storeId = this.#loadStoreId();
  }

  /** A store that cannot be read is moved aside and begun anew. */
  static open(path: string, options: OutboxOptions = {}): Outbox {
    try {
      return new Outbox(openChecked(path), false, options);
    } catch (error) {
      const code = (error as { errcode?: number }).errcode;
      // 11 corrupt, 26 not a database: everything else (full, locked, forbidden) is not cured by moving the file.
      if ((code !== 11 && code !== 26) || !existsSync(path)) throw describeFailure(error, path);
      const aside = `${path}.damaged-${Date.now()}`;
      renameSync(path, aside);
      for (const suffix of ["-journal", "-wal", "-shm"])
        if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
      return new Outbox(openChecked(path), true, options);
    }
  }

  /** Names this store to the control plane. */
  get storeId(): string {
    return this.#storeId;
  }

  /** Takes a new name: somebody else, a copy of this directory perhaps, reported under the old one. */
  rename(): void {
    const storeId = randomUUID();
    this.commit({ storeId });
    this.#storeId = storeId;
  }

  state<T>(name: string): T | undefined {
    const row = this.#db.prepare("SELECT value FROM state WHERE name = ?").get(name);
    return row === undefined ? undefined : (JSON.parse(String(row.value)) as T);
  }

  /** Stores states, and an entry if there is one, all or nothing. Throws "exhausted" when the disk is full. */
  commit(states: Readonly<Record<string, unknown>>, entry?: Omit<OutboxEntry, "sequence">): void {
    this.#transact(() => {
      for (const [name, value] of Object.entries(states)) this.#setState.run(name, JSON.stringify(value));
      if (entry !== undefined) this.#insert.run(entry.createdMs, entry.counts, entry.extras, entry.requests);
    });
  }

  /** The oldest report that is not acknowledged. */
  first(): OutboxEntry | undefined {
    const row = this.#db
      .prepare("SELECT sequence, created_ms, counts, extras, requests FROM outbox ORDER BY sequence LIMIT 1")
      .get();
    if (row === undefined) return undefined;
    return {
      sequence: Number(row.sequence),
      createdMs: Number(row.created_ms),
      counts: row.counts as Uint8Array,
      extras: row.extras as Uint8Array | null,
      requests: Number(row.requests),
    };
  }

  acknowledge(sequence: number): void {
    this.#transact(() => this.#db.prepare("DELETE FROM outbox WHERE sequence <= ?").run(sequence));
  }

  waiting(): { readonly reports: number; readonly requests: number; readonly bytes: number } {
    const row = this.#db
      .prepare(
        "SELECT count(*) AS reports, coalesce(sum(requests), 0) AS requests, coalesce(sum(length(counts) + coalesce(length(extras), 0)), 0) AS bytes FROM outbox",
      )
      .get();
    return { reports: Number(row?.reports), requests: Number(row?.requests), bytes: Number(row?.bytes) };
  }

  /** Keeps the bound on size: samples and spans go first, then the oldest counts, which are returned to be told of. */
  trim(): Dropped | undefined {
    if (this.waiting().bytes <= this.#bytesMax) return undefined;
    this.#db.exec("UPDATE outbox SET extras = NULL WHERE sequence < (SELECT max(sequence) FROM outbox)");
    const excess = this.waiting().bytes - this.#bytesMax;
    if (excess <= 0) return undefined;
    const dropped = this.#db
      .prepare(
        `SELECT max(sequence) AS last, coalesce(sum(requests), 0) AS requests, min(created_ms) AS from_ms, max(created_ms) AS to_ms FROM (
           SELECT *, sum(length(counts)) OVER (ORDER BY sequence) - length(counts) AS before FROM outbox
         ) WHERE before < ?`,
      )
      .get(excess);
    if (dropped === undefined || dropped.last === null) return undefined;
    this.acknowledge(Number(dropped.last));
    return { requests: Number(dropped.requests), fromMs: Number(dropped.from_ms), toMs: Number(dropped.to_ms) };
  }

  close(): void {
    this.#db.close();
  }

  #transact(work: () => void): void {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw describeFailure(error, this.#db.location() ?? "telemetry store");
    }
  }

  #loadStoreId(): string {
    const known = this.state<string>("storeId");
    if (known !== undefined) return known;
    const storeId = randomUUID();
    this.commit({ storeId });
    return storeId;
  }
}

function openChecked(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    const verdict = db.prepare("PRAGMA quick_check(1)").get();
    if (verdict?.quick_check !== "ok")
      throw Object.assign(new Error(`damaged: ${String(verdict?.quick_check)}`), { errcode: 11 });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function describeFailure(error: unknown, path: string): PharosError {
  const message = error instanceof Error ? error.message : String(error);
  const isFull = (error as { errcode?: number }).errcode === 13 || /full|ENOSPC/i.test(message);
  return new PharosError(isFull ? "exhausted" : "unavailable", `telemetry store ${path}: ${message}`, {
    hint: isFull
      ? "free space on its disk; nothing is lost while the access log grows"
      : "check who owns the file, and that no other agent runs with this directory",
    cause: error,
  });
}
