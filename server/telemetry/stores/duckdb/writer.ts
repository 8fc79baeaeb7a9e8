import type { DuckDBAppender, DuckDBConnection } from "@duckdb/node-api";
import type { Table } from "#server/telemetry/stores/duckdb/table.ts";

/** What one transaction does. */
export interface WriteTransaction {
  readonly connection: DuckDBConnection;
  /** Adds rows to a table. */
  append<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void>;
}

type WriteRow<Row> = (to: DuckDBAppender, row: Row) => void;

/** Rows after which the event loop gets its turn: about a millisecond of work. */
const ROWS_PER_TURN = 200;

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
    const write = await this.#writerOf(table);
    const appender = await this.#connection.createAppender(table.name);
    for (const [index, row] of rows.entries()) {
      write(appender, row);
      appender.endRow();
      if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) await new Promise(setImmediate);
    }
    appender.closeSync();
  }

  async #writerOf<Row>(table: Table<Row>): Promise<WriteRow<Row>> {
    const known = this.#writers.get(table.name);
    if (known !== undefined) return known as WriteRow<Row>;
    const made = await table.writer(this.#connection);
    this.#writers.set(table.name, made);
    return made;
  }
}
