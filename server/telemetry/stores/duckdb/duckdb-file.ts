import type { DuckDBConnection } from "@duckdb/node-api";
import { PharosError } from "#core/errors.ts";
import {
  describeFailure,
  type OpenedDuckdb,
  openDuckdb,
  openStandIn,
} from "#server/telemetry/stores/duckdb/open-duckdb.ts";
import { type Lane, Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { Writer, type WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";

export interface DuckdbFileOptions {
  readonly path: string;
  readonly now: () => number;
  /** Reads what is kept in memory beside the file: called once open, and again whenever the file had to be reopened. */
  readonly onOpen: (opened: OpenedDuckdb) => Promise<void>;
}

const TRY_EVERY_MS = 1000;
/** DuckDB gives a database up for good after some failures of the disk; only opening it again helps. */
const IS_FATAL = /FATAL|invalidated/;
/** Blocks are read when they are asked for; only then it shows that one is not what was written. */
const IS_DAMAGED = /Corrupt database file|Could not read enough bytes/;

/**
 * The file, open; reopened when DuckDB gave it up. Failures come as PharosError that names the file. Where a full disk
 * keeps it from being opened, an empty one in memory answers, and each write tries whether there is room by now.
 */
export class DuckdbFile {
  readonly #options: DuckdbFileOptions;
  #opened: OpenedDuckdb;
  #writer: Writer;
  #readers: Readonly<Record<Lane, Reader>>;
  #reopening: Promise<void> | undefined;
  #isClosed = false;
  #standsInFor: PharosError | undefined;
  #triedMs = 0;

  private constructor(options: DuckdbFileOptions, opened: OpenedDuckdb) {
    this.#options = options;
    this.#opened = opened;
    this.#writer = new Writer(opened.writer);
    this.#readers = readersOf(opened);
  }

  static async open(options: DuckdbFileOptions): Promise<DuckdbFile> {
    const { path, now, onOpen } = options;
    try {
      return new DuckdbFile(options, await openDuckdb(path, now(), onOpen));
    } catch (error) {
      const known = PharosError.from(error);
      if (known.code !== "exhausted") throw known;
      const file = new DuckdbFile(options, await openStandIn(known, now(), onOpen));
      file.#standsInFor = known;
      return file;
    }
  }

  /** `onCommitted` runs before the next transaction begins. */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>, onCommitted?: (result: T) => void): Promise<T> {
    return this.#guardWrite(() => this.#writer.run(work, onCommitted));
  }

  /** Outside of a transaction: CHECKPOINT. */
  writeBare(sql: string): Promise<void> {
    return this.#guardWrite(() => this.#writer.runBare(sql));
  }

  /** A long question holds up others of its lane alone. */
  read<T>(ask: (reader: Reader) => Promise<T>, lane: Lane = "long"): Promise<T> {
    return this.#guard(() => ask(this.#readers[lane]));
  }

  /** What takes long, on a connection of its own: nobody waits for it. */
  apart<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#guard(async () => {
      const connection = await this.#opened.connect();
      try {
        return await work(connection);
      } finally {
        connection.closeSync();
      }
    });
  }

  /** After what is being written. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#reopening;
    // Folds the log into the file; what cannot be folded stays in the log and is read at the next start.
    await this.#writer.runBare("CHECKPOINT").catch(() => undefined);
    this.#opened.close();
  }

  /** What was asked of the one that stands in is not done in the file: it knows other keys. */
  async #guardWrite<T>(work: () => Promise<T>): Promise<T> {
    const { path } = this.#options;
    if (this.#standsInFor === undefined) return this.#guard(work);
    const reason = this.#standsInFor;
    const nowMs = this.#options.now();
    if (!this.#isClosed && (nowMs >= this.#triedMs + TRY_EVERY_MS || nowMs < this.#triedMs)) {
      this.#triedMs = nowMs;
      await this.#startReopening(false);
    }
    throw new PharosError("exhausted", `telemetry store ${path} was not open`, {
      hint: "send it again",
      cause: reason,
    });
  }

  async #guard<T>(work: () => Promise<T>, isAgain = false): Promise<T> {
    await this.#reopening;
    try {
      return await work();
    } catch (error) {
      const message = error instanceof Error ? error.message : "";
      const isDamaged = IS_DAMAGED.test(message);
      if ((isDamaged || IS_FATAL.test(message)) && !this.#isClosed) {
        await this.#startReopening(isDamaged);
        // Asked again, it answers with what is left.
        if (isDamaged && !isAgain) return this.#guard(work, true);
      }
      throw describeFailure(error, this.#options.path);
    }
  }

  async #startReopening(isDamaged: boolean): Promise<void> {
    this.#reopening ??= this.#reopen(isDamaged).finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening.catch(() => undefined);
  }

  async #reopen(isDamaged: boolean): Promise<void> {
    const { path, now, onOpen } = this.#options;
    // It answers until the file does.
    const standIn = this.#standsInFor === undefined ? undefined : this.#opened;
    if (standIn === undefined) this.#opened.close();
    try {
      this.#opened = await openDuckdb(path, now(), onOpen, isDamaged);
      this.#standsInFor = undefined;
      standIn?.close();
    } catch (error) {
      if (standIn !== undefined) return;
      this.#standsInFor = PharosError.from(error);
      this.#opened = await openStandIn(this.#standsInFor, now(), onOpen);
    }
    this.#writer = new Writer(this.#opened.writer);
    this.#readers = readersOf(this.#opened);
  }
}

function readersOf({ readers }: OpenedDuckdb): Readonly<Record<Lane, Reader>> {
  return { short: new Reader(readers.short), long: new Reader(readers.long) };
}
