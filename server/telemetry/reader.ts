import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api";

/** A result by columns: numbers, texts and booleans as they are, 64-bit integers as bigint. */
export type Columns = readonly (readonly unknown[])[];

/**
 * Asks one question at a time: DuckDB answers on a thread of Node's pool, and questions that wait for a connection there
 * would keep files and sockets waiting too.
 */
export class Reader {
  readonly #connection: DuckDBConnection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  columns(sql: string, values: readonly DuckDBValue[] = []): Promise<Columns> {
    return this.#inTurn(async () => (await this.#connection.runAndReadAll(sql, [...values])).getColumns());
  }

  /** A large result as DuckDB holds it: numbers are read from its own memory, without an object for each. */
  chunks(sql: string): Promise<readonly DuckDBDataChunk[]> {
    return this.#inTurn(async () => (await this.#connection.run(sql)).fetchAllChunks());
  }

  rows(sql: string, values: readonly DuckDBValue[] = []): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return this.#inTurn(async () => (await this.#connection.runAndReadAll(sql, [...values])).getRowObjectsJS());
  }

  #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(ask);
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}
