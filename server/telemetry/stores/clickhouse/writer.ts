import type { BatchBook } from "#server/telemetry/stores/clickhouse/batch-book.ts";
import type { TableRows } from "#server/telemetry/stores/clickhouse/cells.ts";
import type { ClickhouseClient } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";

/** What is written together. */
export interface WriteBatch {
  readonly number: number;
  /** A condition on rows that count, or are of this batch. */
  readonly visible: string;
  /** Into all tables at once; resolves when all of them have them. */
  insert(all: readonly TableRows[]): Promise<void>;
  run(sql: string): Promise<void>;
}

/** One batch after the other: all of it or nothing, and stored when it resolves. */
export class Writer {
  readonly #client: ClickhouseClient;
  readonly #book: BatchBook;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: ClickhouseClient, book: BatchBook) {
    this.#client = client;
    this.#book = book;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** `onCommitted` runs before the next batch begins. */
  run<T>(work: (batch: WriteBatch) => Promise<T>, onCommitted?: (result: T) => void): Promise<T> {
    return this.inTurn(async () => {
      const value = await this.#write(work);
      onCommitted?.(value);
      return value;
    });
  }

  /** Between two batches. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #write<T>(work: (batch: WriteBatch) => Promise<T>): Promise<T> {
    const number = await this.#book.begin();
    try {
      const result = await work({
        number,
        visible: `(batch = ${number} OR (${this.#book.visible()}))`,
        insert: (all) => allDone(all.map(({ table, columns, rows }) => this.#client.insert(table, columns, rows))),
        run: (sql) => this.#client.run(sql),
      });
      await this.#book.commit(number);
      return result;
    } catch (error) {
      this.#book.failed(number);
      throw error;
    }
  }
}

/** Rejects with the first that failed, and not before all have ended: what is under way belongs to the batch. */
async function allDone(all: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(all)) if (result.status === "rejected") throw result.reason;
}
