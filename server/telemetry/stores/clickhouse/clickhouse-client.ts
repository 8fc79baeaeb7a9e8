import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { type ErrorCode, PharosError } from "#core/errors.ts";
import type { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";

/** A database of a ClickHouse server, by its HTTP interface. */
export interface ClickhouseAddress {
  readonly url: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** What one question may take, and what one write may: mutations rewrite parts. */
const QUESTION_S_MAX = 30;
const REQUEST_MS_MAX = 120_000;
const CONNECTIONS_MAX = 16;

/** As numbers of JavaScript, exact in both directions; a write is done when it is answered. */
const SETTINGS = {
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 1,
  precise_float_parsing: 1,
  async_insert: 0,
  // What is selected under the name of a column does not take its place.
  prefer_column_name_to_alias: 1,
  // An agent that was away tells of many days at once.
  max_partitions_per_insert_block: "0",
  mutations_sync: "2",
  lightweight_deletes_sync: "2",
  max_query_size: String(32 * 1024 ** 2),
} as const;

/** ClickHouse's numbers of errors that say more than that something is wrong. */
const CODES: Readonly<Record<string, readonly [code: ErrorCode, hint: string]>> = {
  "81": ["unavailable", "make the database, or let its user make it"],
  "159": ["timeout", "ask of less time, or of fewer things"],
  "202": ["exhausted", "it is asked too many things at the same time"],
  "241": ["exhausted", "ask of less time, or give it more memory"],
  "243": ["exhausted", "its disk is full"],
  "252": ["exhausted", "it merges slower than it is written to: look at its disk"],
  "497": ["unavailable", "grant its user SELECT, INSERT, ALTER, CREATE and DROP on the database"],
  "516": ["unavailable", "put user and password into the file of --clickhouse-login"],
};

/** Those that say that a row is no row of its table: text that cannot be read as its column's type, a value beyond it, a constraint. */
const OF_ROWS: ReadonlySet<string> = new Set(
  [6, 25, 26, 27, 38, 41, 53, 69, 70, 72, 117, 130, 131, 321, 349, 469].map(String),
);

export const UNKNOWN_DATABASE = "81";

/** Asks and writes. Rejects with PharosError, whose cause is ClickHouse's own error where that answered. */
export class ClickhouseClient {
  readonly #address: ClickhouseAddress;
  readonly #client: ClickHouseClient;
  readonly #leaving = new AbortController();

  constructor(address: ClickhouseAddress) {
    this.#address = address;
    this.#client = this.#make({ database: address.database });
  }

  get database(): string {
    return this.#address.database;
  }

  /** Objects by the names of what is selected. */
  async rows<Row>(sql: string, bindings?: Bindings): Promise<Row[]> {
    return this.#told(async () => {
      const result = await this.#client.query({ ...this.#question(sql, bindings), format: "JSONEachRow" });
      return await result.json<Row>();
    });
  }

  /** The same as arrays, a part of the answer at a time. */
  async eachRow(sql: string, take: (row: readonly unknown[]) => void, bindings?: Bindings): Promise<void> {
    await this.#told(async () => {
      const result = await this.#client.query({ ...this.#question(sql, bindings), format: "JSONCompactEachRow" });
      for await (const part of result.stream<readonly unknown[]>()) for (const row of part) take(row.json());
    });
  }

  async insert(
    table: string,
    columns: readonly [string, ...string[]],
    rows: readonly (readonly unknown[])[],
  ): Promise<void> {
    if (rows.length === 0) return;
    const values = { values: [...rows], format: "JSONCompactEachRow" } as const;
    await this.#told(() =>
      this.#client.insert({ table, columns: [...columns], ...values, abort_signal: this.#leaving.signal }),
    );
  }

  async run(sql: string): Promise<void> {
    await this.#told(() => this.#client.command({ query: sql, abort_signal: this.#leaving.signal }));
  }

  /** Where it is not there yet. */
  async makeDatabase(): Promise<void> {
    const client = this.#make({});
    try {
      await this.#told(() =>
        client.command({
          query: "CREATE DATABASE IF NOT EXISTS {name:Identifier}",
          query_params: { name: this.#address.database },
          abort_signal: this.#leaving.signal,
        }),
      );
    } finally {
      await client.close();
    }
  }

  /** Whoever waits for an answer, or asks from now on, is told that there is none. */
  leave(): void {
    this.#leaving.abort();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #make(more: { readonly database?: string }): ClickHouseClient {
    const { url, user, password } = this.#address;
    return createClient({
      url,
      username: user,
      password,
      application: "pharos",
      request_timeout: REQUEST_MS_MAX,
      max_open_connections: CONNECTIONS_MAX,
      compression: { request: true, response: true },
      clickhouse_settings: SETTINGS,
      // What fails is told by who asked.
      log: { level: ClickHouseLogLevel.OFF },
      ...more,
    });
  }

  #question(sql: string, bindings: Bindings | undefined) {
    return {
      query: sql,
      query_params: { ...bindings?.values },
      clickhouse_settings: { max_execution_time: QUESTION_S_MAX },
      abort_signal: this.#leaving.signal,
    };
  }

  async #told<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      throw describeFailure(cause, this.#address.url);
    }
  }
}

/** Whether rows were refused for what is in them. */
export function isOfRows(error: unknown): error is PharosError {
  return error instanceof PharosError && error.cause instanceof ClickHouseError && OF_ROWS.has(error.cause.code);
}

function describeFailure(cause: unknown, url: string): PharosError {
  const words = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof ClickHouseError))
    return new PharosError("unavailable", `ClickHouse at ${url}: ${words}`, { hint: "is it running there?", cause });
  const [code, hint] = CODES[cause.code] ?? ["unavailable" as const, undefined];
  const message = `ClickHouse at ${url} refused (${cause.type ?? cause.code}): ${words.slice(0, 500)}`;
  return new PharosError(code, message, hint === undefined ? { cause } : { hint, cause });
}
