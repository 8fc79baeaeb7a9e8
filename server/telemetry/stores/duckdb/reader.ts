import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api";
import { PharosError } from "#core/errors.ts";

/**
 * Questions of one lane wait for each other. "short": what pages look on at, and is answered from few rows, whatever is stored; "long": what takes as
 * long as there are rows to look through (searches, PromQL, charts of long ranges).
 */
export type Lane = "short" | "long";

/** Everybody's questions of a lane wait for the one that is asked. */
const QUESTION_MS_MAX = 30_000;

/**
 * Asks one question at a time: DuckDB answers on a thread of Node's pool, and questions that wait for a connection there
 * would keep files and sockets waiting too. One that takes too long ends with "timeout".
 */
export class Reader {
  readonly #connection: DuckDBConnection;
  readonly #questionMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: DuckDBConnection, questionMs = QUESTION_MS_MAX) {
    this.#connection = connection;
    this.#questionMs = questionMs;
  }

  /** Gives a large result chunk by chunk, with the names of its columns. */
  chunks(sql: string, take: (chunk: DuckDBDataChunk, names: readonly string[]) => void): Promise<void> {
    return this.#inTurn(async () => {
      const result = await this.#connection.run(sql);
      const names = result.columnNames();
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        take(chunk, names);
      }
    });
  }

  rows(sql: string, values: readonly DuckDBValue[] = []): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return this.#inTurn(async () => (await this.#connection.runAndReadAll(sql, [...values])).getRowObjectsJS());
  }

  #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(() => this.#within(ask));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #within<T>(ask: () => Promise<T>): Promise<T> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#connection.interrupt();
    }, this.#questionMs);
    try {
      return await ask();
    } catch (cause) {
      if (!isLate) throw cause;
      throw new PharosError("timeout", `a question to the telemetry store took more than ${this.#questionMs} ms`, {
        hint: "ask of less time, or of fewer things",
        cause,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
