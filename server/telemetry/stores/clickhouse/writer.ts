import type { SetAside } from "#server/telemetry/ports/set-aside.ts";
import type { BatchBook } from "#server/telemetry/stores/clickhouse/batch-book.ts";
import type { TableRows } from "#server/telemetry/stores/clickhouse/cells.ts";
import type { ClickhouseClient } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import { insertRows, type Places, RefusedRows } from "#server/telemetry/stores/clickhouse/refused-rows.ts";

/** What is written together. */
export interface WriteBatch {
  readonly number: number;
  /** A condition on rows that count, or are of this batch. */
  readonly visible: string;
  /** Into all tables at once; resolves when all of them have them. */
  insert(all: readonly TableRows[]): Promise<void>;
  run(sql: string): Promise<void>;
}

/**
 * One batch after the other: all of it or nothing, and stored when it resolves. Rows that ClickHouse refuses for what is in them are left out, and told of:
 * the batch comes again without them, under another number.
 */
export class Writer {
  readonly #client: ClickhouseClient;
  readonly #book: BatchBook;
  readonly #onSetAside: (aside: SetAside) => void;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: ClickhouseClient, book: BatchBook, onSetAside: (aside: SetAside) => void) {
    this.#client = client;
    this.#book = book;
    this.#onSetAside = onSetAside;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** `onCommitted` runs before the next batch begins. `work` makes the same rows where it is asked again. */
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
    const aside: SetAside[] = [];
    for (let without: Places = new Map(); ; ) {
      try {
        const result = await this.#try(work, without);
        aside.forEach(this.#onSetAside);
        return result;
      } catch (error) {
        if (!(error instanceof RefusedRows)) throw error;
        // It names places among the rows that were sent: of a table they are all found at once.
        if (without.has(error.table)) throw error.cause;
        without = new Map([...without, [error.table, error.places]]);
        aside.push(error.aside);
      }
    }
  }

  async #try<T>(work: (batch: WriteBatch) => Promise<T>, without: Places): Promise<T> {
    const number = await this.#book.begin();
    const insert = (table: string, columns: TableRows["columns"], rows: TableRows["rows"]): Promise<void> =>
      this.#client.insert(table, columns, rows);
    try {
      const result = await work({
        number,
        visible: `(batch = ${number} OR (${this.#book.visible()}))`,
        insert: (all) => allDone(all.map((each) => insertRows(leftOf(each, without.get(each.table)), insert))),
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

function leftOf(all: TableRows, without: ReadonlySet<number> | undefined): TableRows {
  return without === undefined ? all : { ...all, rows: all.rows.filter((_, place) => !without.has(place)) };
}

/** Rejects with the first that failed, and not before all have ended: what is under way belongs to the batch. */
async function allDone(all: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(all)) if (result.status === "rejected") throw result.reason;
}
