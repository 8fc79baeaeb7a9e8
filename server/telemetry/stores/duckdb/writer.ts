import type { DuckDBConnection } from "@duckdb/node-api";
import { type ChunkWriter, chunkWriter } from "#server/telemetry/stores/duckdb/chunk-writer.ts";
import type { Table } from "#server/telemetry/stores/table.ts";

/** What one transaction does. */
export interface WriteTransaction {
  readonly connection: DuckDBConnection;
  /** Adds rows to a table. */
  append<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void>;
}

/** Rows after which the event loop gets its turn: about a millisecond of work. */
const ROWS_PER_TURN = 500;

/** One connection, one transaction after the other: all or nothing, and on the disk when it resolves. */
export class Writer {
  readonly #connection: DuckDBConnection;
  readonly #writers = new Map<string, unknown>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /**
   * Runs after what was asked before; rejects with the database's own error, and nothing was written. `onCommitted` runs
   * before the next transaction begins.
   */
  run<T>(work: (transaction: WriteTransaction) => Promise<T>, onCommitted?: (result: T) => void): Promise<T> {
    const result = this.#last.then(async () => {
      const value = await this.#transact(work);
      onCommitted?.(value);
      return value;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Runs outside of a transaction, after what was asked before. */
  runBare(sql: string): Promise<void> {
    const result = this.#last.then(async () => void (await this.#connection.run(sql)));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #transact<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    const connection = this.#connection;
    await connection.run("BEGIN");
    try {
      const result = await work({ connection, append: (table, rows) => this.#append(table, rows) });
      await connection.run("COMMIT");
      return result;
    } catch (error) {
      await connection.run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  async #append<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const { target, begin, end, chunkOf } = await this.#writerOf(table);
    if (begin !== undefined) await this.#connection.run(begin);
    const appender = await this.#connection.createAppender(target);
    for (let at = 0; at < rows.length; at += ROWS_PER_TURN) {
      if (at > 0) await new Promise(setImmediate);
      appender.appendDataChunk(chunkOf(rows.slice(at, at + ROWS_PER_TURN)));
    }
    appender.closeSync();
    if (end !== undefined) await this.#connection.run(end);
  }

  async #writerOf<Row>(table: Table<Row>): Promise<ChunkWriter<Row>> {
    const known = this.#writers.get(table.name);
    if (known !== undefined) return known as ChunkWriter<Row>;
    const made = await chunkWriter(table, this.#connection);
    this.#writers.set(table.name, made);
    return made;
  }
}
