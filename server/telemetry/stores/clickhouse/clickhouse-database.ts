import { PharosError } from "#core/errors.ts";
import type { StoreOptions } from "#server/telemetry/ports/telemetry-store.ts";
import { BatchBook } from "#server/telemetry/stores/clickhouse/batch-book.ts";
import type { Beside } from "#server/telemetry/stores/clickhouse/beside.ts";
import { tableRows } from "#server/telemetry/stores/clickhouse/cells.ts";
import { type ClickhouseAddress, ClickhouseClient } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import { loadState } from "#server/telemetry/stores/clickhouse/load-state.ts";
import { migrate, prepareDatabase } from "#server/telemetry/stores/clickhouse/migrate.ts";
import { Writer } from "#server/telemetry/stores/clickhouse/writer.ts";
import { KeyNumbers } from "#server/telemetry/stores/key-numbers.ts";
import { COARSE_TIERS, rollTargets } from "#server/telemetry/stores/rolled.ts";
import { SeriesNumbers } from "#server/telemetry/stores/series-numbers.ts";
import { ROLLED } from "#server/telemetry/stores/tables.ts";

export interface OpenedDatabase {
  readonly client: ClickhouseClient;
  readonly book: BatchBook;
  readonly writer: Writer;
  readonly beside: Beside;
}

type DatabaseOptions = Pick<StoreOptions, "now" | "onOpen" | "onSetAside">;

/** A database that is taken over as soon as it answers: a server starts without it, and tells who asks. */
export class ClickhouseDatabase {
  readonly #client: ClickhouseClient;
  readonly #options: DatabaseOptions;
  #opening: Promise<OpenedDatabase> | undefined;
  /** Once it was reached. */
  opened: OpenedDatabase | undefined;

  constructor(address: ClickhouseAddress, options: DatabaseOptions) {
    this.#client = new ClickhouseClient(address);
    this.#options = options;
  }

  /** Rejects as long as it cannot be reached, and tries anew each time. */
  open(): Promise<OpenedDatabase> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /**
   * For what was read of marks before: one that could not be reached until now has only just told who was counted already, and what comes is to be
   * held against that first.
   */
  async openToWrite(): Promise<OpenedDatabase> {
    if (this.opened !== undefined) return this.opened;
    await this.open();
    throw new PharosError("unavailable", "the telemetry store was only just opened", { hint: "send it again" });
  }

  /** Nothing is waited for any more: what is under way is not acknowledged. */
  leave(): void {
    this.#client.leave();
  }

  async close(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.writer.settled();
    await this.#client.close();
  }

  async #open(): Promise<OpenedDatabase> {
    const client = this.#client;
    const { now, onOpen, onSetAside } = this.#options;
    await prepareDatabase(client);
    const book = await BatchBook.open(client, now);
    await migrate(client);
    const writer = new Writer(client, book, onSetAside);
    const state = await loadState(client, book.visible());
    const keys = new KeyNumbers();
    keys.load(state.keys);
    const series = new SeriesNumbers();
    series.load(state.series);
    const rolled = { ...rollTargets(now()), ...Object.fromEntries(state.rolled) };
    // Of a new database: what is told of older times comes into all tables from the first report on.
    const missing = COARSE_TIERS.filter((tier) => !state.rolled.has(tier));
    if (missing.length > 0)
      await writer.run(({ number, insert }) => {
        const rows = missing.map((tier) => ({ tier, untilMs: rolled[tier] }));
        return insert([tableRows(ROLLED, rows, number)]);
      });
    const opened = { client, book, writer, beside: { keys, series, rolled, firstMs: state.firstMs } };
    this.opened = opened;
    onOpen({ reached: state.reached, keys: state.keys.map(({ key }) => key) });
    return opened;
  }
}
