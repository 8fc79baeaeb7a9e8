import { randomUUID } from "node:crypto";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { PharosError } from "#core/errors.ts";
import { openSealed, sealJson } from "#mesh-agent/sealed-json.ts";
import type { ConnectionChanges, ConnectionState } from "#mesh-agent/telemetry/connection-book.ts";
import { CONNECTIONS_SCHEMA, readConnections, writeConnections } from "#mesh-agent/telemetry/connection-table.ts";
import { encodeCounts } from "#mesh-agent/telemetry/encode-report.ts";
import type { OutboxEntry } from "#mesh-agent/telemetry/outbox-entry.ts";
import { PlaceMark } from "#mesh-agent/telemetry/place-mark.ts";
import type { LostReports, ReportPlace } from "#mesh-agent/telemetry/report-place.ts";
import { inTransaction } from "#node/in-transaction.ts";
import { isCorrupt, isForWantOfRoom, moveAside, openChecked, writeOut } from "#node/sqlite-file.ts";

export interface OutboxOptions {
  /** The log has lines: a store that knows nothing of them has forgotten what was reported. */
  readonly hasHistory?: boolean;
  readonly bytesMax?: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, created_ms INTEGER NOT NULL, counts BLOB NOT NULL, extras BLOB, requests INTEGER NOT NULL,
    counts_crc INTEGER
  ) STRICT;
  ${CONNECTIONS_SCHEMA}`;

const OUTBOX_BYTES_MAX = 64 * 1024 * 1024;
/** Free pages of 4 KB in the store, and bytes of its journal, that are taken while there is room. */
const RESERVE_PAGES = 128;

/**
 * Reports that wait to be acknowledged, and how far the log was read: both change in one transaction, which is on the
 * disk when it returns. A number is given once, also over restarts. The store keeps room for itself, so that a full disk
 * takes reports as long as they are acknowledged; where it cannot be begun at all it stands in memory until it can.
 */
export class Outbox {
  readonly #path: string;
  readonly #mark: PlaceMark;
  readonly #bytesMax: number;
  #db: DatabaseSync;
  #insert: StatementSync;
  #setState: StatementSync;
  #storeId: string;
  #isInMemory: boolean;
  #lost: LostReports | undefined;
  #changes = 0;
  /** Nothing was ever reported from here. */
  readonly isNew: boolean;
  /** True when how far the log was read is not known: an unreadable store was moved aside, or was gone, and its mark too. */
  readonly hasLostState: boolean;

  private constructor(
    path: string,
    opened: Opened,
    { hasHistory = false, bytesMax = OUTBOX_BYTES_MAX }: OutboxOptions,
  ) {
    this.#path = path;
    this.#bytesMax = bytesMax;
    this.#isInMemory = opened.isInMemory;
    this.#db = opened.db;
    [this.#insert, this.#setState] = this.#prepare();
    this.#mark = new PlaceMark(`${path}.mark`);
    const { last } = this.#mark;
    const known = this.#read("storeId");
    this.#changes = this.state<number>("changes") ?? 0;
    // Somebody put an older copy into its place: what it says was reported since.
    const isOlder = last !== undefined && known.value === last.storeId && (last.changes ?? 0) > this.#changes;
    if (isOlder) this.#transact(() => this.#db.exec("DELETE FROM outbox"));
    const storeId = typeof known.value === "string" && !isOlder ? known.value : undefined;
    const isGone = storeId === undefined && (opened.isDamaged || hasHistory || last !== undefined || known.isDamaged);
    const isPlaceGone = isGone || this.#read("place").isDamaged;
    this.isNew = storeId === undefined && !isGone;
    this.#storeId = storeId ?? randomUUID();
    const mark = isGone || last?.storeId === storeId ? last : undefined;
    // Until the first place is stored, the next start must not take the log for one that nobody has read.
    const wasLost = this.state("isPlaceLost") === true && this.place === undefined;
    this.hasLostState = (isPlaceGone && mark === undefined) || wasLost;
    const kept = this.#read("lost").value as LostReports | null | undefined;
    this.#lost = isGone ? mark?.waiting : (kept ?? undefined);
    if (isOlder || isPlaceGone) this.#db.exec("DELETE FROM connections");
    if (storeId === undefined || isPlaceGone)
      this.commit({
        ...(isGone || isPlaceGone ? { connectionsFromMs: Date.now() } : {}),
        storeId: this.#storeId,
        place: mark?.place ?? null,
        lost: this.#lost ?? null,
        isPlaceLost: this.hasLostState,
      });
    if (!this.#isInMemory) this.#reserve();
  }

  /** A store that cannot be read is moved aside and begun anew. Throws "unavailable" where this user may not write it. */
  static open(path: string, options: OutboxOptions = {}): Outbox {
    try {
      return new Outbox(path, openStore(path), options);
    } catch (error) {
      if (error instanceof PharosError && error.code !== "exhausted") throw error;
      return new Outbox(
        path,
        { db: prepareStore(new DatabaseSync(":memory:")), isDamaged: false, isInMemory: true },
        options,
      );
    }
  }

  /** It stands in memory, for want of room on the disk: a restart knows of it what the mark says. */
  get isInMemory(): boolean {
    return this.#isInMemory;
  }

  /** What an earlier store held and is to be told of, until `commit` is given `lost: null`. */
  get lost(): LostReports | undefined {
    return this.#lost;
  }

  /** Moves a store in memory to the disk. False while that has no room. */
  settle(): boolean {
    if (!this.#isInMemory) return true;
    if (!writeOut(this.#db, this.#path)) return false;
    try {
      const { db } = openStore(this.#path);
      this.#db.close();
      this.#db = db;
    } catch {
      return false;
    }
    [this.#insert, this.#setState] = this.#prepare();
    this.#isInMemory = false;
    this.#reserve();
    return true;
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
    return this.#read(name).value as T | undefined;
  }

  /** Undefined where nothing was read yet. */
  get place(): ReportPlace | undefined {
    const place = this.state<ReportPlace | null>("place");
    if (place !== undefined) return place ?? undefined;
    const position = this.state<ReportPlace["position"]>("position");
    if (position === undefined) return undefined;
    // As an earlier release wrote it.
    const clock = { total: this.state<number>("httpRequests") ?? 0, slots: [] };
    return { position, clock, ledger: this.state<ReportPlace["ledger"]>("ledger") ?? null, reading: null };
  }

  /** TCP connections that are open, and what was told of them. */
  get connections(): ConnectionState {
    return { told: readConnections(this.#db), knownFromMs: this.state<number>("connectionsFromMs") ?? 0 };
  }

  /** Stores states, connections, and an entry if there is one, all or nothing. Throws "exhausted" when the disk is full. */
  commit(
    states: Readonly<Record<string, unknown>>,
    entry?: Omit<OutboxEntry, "sequence">,
    connections: ConnectionChanges = new Map(),
  ): void {
    this.#transact(() => {
      writeConnections(this.#db, connections);
      for (const [name, value] of Object.entries(states)) this.#setState.run(name, sealJson({ value }));
      if (entry === undefined) return;
      const { createdMs, counts, extras, requests } = entry;
      this.#insert.run(createdMs, counts, extras, requests, crc32(counts));
    });
    if (states.lost === null) this.#lost = undefined;
    this.#writeMark();
  }

  /** The oldest report that is not acknowledged. One that was damaged on the disk becomes the gap that it is. */
  first(): OutboxEntry | undefined {
    const row = this.#db
      .prepare(
        "SELECT sequence, created_ms, counts, extras, requests, counts_crc FROM outbox ORDER BY sequence LIMIT 1",
      )
      .get();
    if (row === undefined) return undefined;
    const sequence = Number(row.sequence);
    const createdMs = Number(row.created_ms);
    const requests = Number(row.requests);
    const counts = row.counts as Uint8Array;
    if (row.counts_crc === null || row.counts_crc === crc32(counts))
      return { sequence, createdMs, counts, extras: row.extras as Uint8Array | null, requests };
    const reason = "a report was damaged on the agent's disk before it was acknowledged";
    const gap = { startMs: createdMs, endMs: createdMs, reason, requests };
    return { sequence, createdMs, counts: encodeCounts([], [gap]), extras: null, requests: 0 };
  }

  acknowledge(sequence: number): void {
    this.#transact(() => this.#db.prepare("DELETE FROM outbox WHERE sequence <= ?").run(sequence));
    this.#writeMark();
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
  trim(): LostReports | undefined {
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
    this.#mark.close();
  }

  #prepare(): [StatementSync, StatementSync] {
    return [
      this.#db.prepare("INSERT INTO outbox (created_ms, counts, extras, requests, counts_crc) VALUES (?, ?, ?, ?, ?)"),
      this.#db.prepare(
        "INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      ),
    ];
  }

  #read(name: string): { readonly value: unknown; readonly isDamaged: boolean } {
    const row = this.#db.prepare("SELECT value FROM state WHERE name = ?").get(name);
    if (row === undefined) return { value: undefined, isDamaged: false };
    try {
      const read = openSealed(String(row.value));
      // As an earlier release wrote it: the value alone.
      const isWrapped = typeof read === "object" && read !== null && "value" in read;
      return { value: isWrapped ? read.value : read, isDamaged: false };
    } catch {
      return { value: undefined, isDamaged: true };
    }
  }

  #writeMark(): void {
    const row = this.#db
      .prepare(
        "SELECT coalesce(sum(requests), 0) AS requests, min(created_ms) AS from_ms, max(created_ms) AS to_ms FROM outbox",
      )
      .get();
    const lost = this.#lost;
    this.#mark.write({
      storeId: this.#storeId,
      changes: this.#changes,
      place: this.state<ReportPlace | null>("place") ?? null,
      waiting: {
        requests: Number(row?.requests) + (lost?.requests ?? 0),
        fromMs: lost?.fromMs ?? Number(row?.from_ms),
        toMs: row?.to_ms === null ? (lost?.toMs ?? 0) : Number(row?.to_ms),
      },
    });
  }

  /** Takes room while there is some; without it a full disk stops the store at once. */
  #reserve(): void {
    const journal = `${this.#path}-journal`;
    const bytes = RESERVE_PAGES * 4096;
    const free = Number(this.#db.prepare("PRAGMA freelist_count").get()?.freelist_count);
    if (free >= RESERVE_PAGES && existsSync(journal) && statSync(journal).size >= bytes) return;
    try {
      this.#transact(() => this.#db.exec(`CREATE TABLE reserve AS SELECT zeroblob(${bytes}) AS room`));
      // The journal takes the pages that a change is made to.
      this.#transact(() => this.#db.exec(`UPDATE reserve SET room = randomblob(${bytes})`));
    } catch {
      // There is none now; the next start asks again.
    }
    try {
      this.#transact(() => this.#db.exec("DROP TABLE IF EXISTS reserve"));
    } catch {
      // The next start drops it.
    }
  }

  #transact(work: () => void): void {
    try {
      inTransaction(this.#db, () => {
        work();
        this.#setState.run("changes", sealJson({ value: this.#changes + 1 }));
      });
      this.#changes += 1;
    } catch (error) {
      throw describeFailure(error, this.#db.location() ?? "telemetry store");
    }
  }
}

interface Opened {
  readonly db: DatabaseSync;
  readonly isDamaged: boolean;
  readonly isInMemory: boolean;
}

function openStore(path: string): Opened {
  requireAccess(path);
  try {
    return { db: openOnDisk(path), isDamaged: false, isInMemory: false };
  } catch (error) {
    if (!isCorrupt(error) || !existsSync(path)) throw describeFailure(error, path);
    moveAside(path, "damaged");
    try {
      return { db: openOnDisk(path), isDamaged: true, isInMemory: false };
    } catch {
      return { db: prepareStore(new DatabaseSync(":memory:")), isDamaged: true, isInMemory: true };
    }
  }
}

function openOnDisk(path: string): DatabaseSync {
  const db = openChecked(path);
  try {
    return prepareStore(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite says of a file it may not open what it says of a full disk. */
function requireAccess(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    for (const file of [path, `${path}-journal`])
      if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw describeFailure(error, path);
  }
}

function prepareStore(db: DatabaseSync): DatabaseSync {
  // One file: a write-ahead log that is lost would take the store back to an old place in the log without a trace. The
  // journal keeps its size, and with it its room.
  db.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = PERSIST; PRAGMA synchronous = FULL;");
  db.exec(SCHEMA);
  if (
    !db
      .prepare("PRAGMA table_info(outbox)")
      .all()
      .some(({ name }) => name === "counts_crc")
  )
    db.exec("ALTER TABLE outbox ADD COLUMN counts_crc INTEGER");
  return db;
}

function describeFailure(error: unknown, path: string): PharosError {
  const message = error instanceof Error ? error.message : String(error);
  const isFull = isForWantOfRoom(error);
  return new PharosError(isFull ? "exhausted" : "unavailable", `telemetry store ${path}: ${message}`, {
    hint: isFull
      ? "free space on its disk; nothing is lost while the access log grows"
      : "check who owns the file, and that no other agent runs with this directory",
    cause: error,
  });
}
