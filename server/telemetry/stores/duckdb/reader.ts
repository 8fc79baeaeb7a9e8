import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api";

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

  /** A large result as DuckDB holds it: numbers are read from its own memory, without an object for each. */
  chunks(sql: string): Promise<{ readonly names: readonly string[]; readonly chunks: readonly DuckDBDataChunk[] }> {
    return this.#inTurn(async () => {
      const result = await this.#connection.run(sql);
      return { names: result.columnNames(), chunks: await result.fetchAllChunks() };
    });
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
