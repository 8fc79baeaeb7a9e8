import { constants, copyFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import {
  addTo,
  differenceOf,
  EMPTY_LEDGER,
  type LedgerEntry,
  LedgerFile,
  sumOf,
  type Tally,
} from "#node/ledger-file.ts";
import { LEDGER } from "#server/telemetry/stores/duckdb/duckdb-tables.ts";
import {
  countHeld,
  dropUnlabelled,
  findUnlabelled,
  type Held,
  missingOf,
  oldestHeld,
} from "#server/telemetry/stores/duckdb/held.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";

/** What one transaction brought, in rows; `requests` as the proxies at both ends counted them. */
export interface Stored {
  readonly reports: number;
  readonly requests: number;
  readonly samples: number;
  readonly spans: number;
}

export const NOTHING_STORED: Stored = { reports: 0, requests: 0, samples: 0, spans: 0 };

/** With what each table held then; absent in what older versions wrote. */
export interface StoreEntry extends LedgerEntry {
  readonly held?: Held | undefined;
}

/** What the store had acknowledged and does not hold. */
export interface Lost {
  readonly requests: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** "3 reports with 120 requests, 4 samples and 0 spans" */
  readonly size: string;
}

/**
 * The store's ledger, `telemetry.ledger` beside the file. DuckDB passes over a log that is empty, missing or damaged at
 * its head without a word; the ledger knows how far the store had come.
 */
export class TelemetryLedger {
  readonly #file: LedgerFile;
  readonly #warn: (message: string) => void;
  #entry: StoreEntry = EMPTY_LEDGER;
  #expected: Held = {};

  private constructor(file: LedgerFile, warn: (message: string) => void) {
    this.#file = file;
    this.#warn = warn;
  }

  static async open(path: string, warn: (message: string) => void): Promise<TelemetryLedger> {
    const at = ledgerPath(path);
    const file = await LedgerFile.open(at);
    if (file.state === "damaged")
      warn(`${at} was damaged and is written anew: whether the telemetry store lost anything before cannot be told`);
    return new TelemetryLedger(file, warn);
  }

  /** Transactions that the store has acknowledged. */
  get commits(): number {
    return this.#entry.commits;
  }

  /** What the store that was compared last should have held. */
  get expected(): Held {
    return this.#expected;
  }

  /** Holds what the store has against what it had acknowledged; what is missing is told once. */
  async compare(connection: DuckDBConnection): Promise<Lost | undefined> {
    const { newest: stored, holes } = await readStored(connection);
    // Opened again within this process, the ledger is what was last written.
    const known = this.#entry.commits > 0 ? this.#entry : this.#file.found;
    const isBehind = known !== undefined && known.commits > stored.commits;
    const held = await countHeld(connection);
    // A store that holds rows and no entry at all has lost its entries: rows are held against the ledger's.
    const isEmptied = isBehind && stored.commits === 0 && Object.values(held).some((amount) => amount > 0);
    const furthest: StoreEntry = isBehind ? known : stored;
    this.#expected = furthest.held ?? held;
    this.#entry = { ...furthest, held };
    if ((!isBehind && holes.length === 0) || isEmptied)
      return this.#compareTables(connection, isEmptied ? known : stored, isEmptied);
    const all = isBehind ? [...holes, { before: stored, after: known.tally, toMs: known.atMs }] : holes;
    const lost = sumOf(all.map(({ before, after }) => differenceOf(after, before.tally)));
    const size = `${lost.reports ?? 0} reports with ${lost.requests ?? 0} requests, ${lost.samples ?? 0} samples and ${lost.spans ?? 0} spans`;
    return { requests: lost.requests ?? 0, fromMs: all[0]?.before.atMs ?? 0, toMs: all.at(-1)?.toMs ?? 0, size };
  }

  /** Rows that were taken out of a store that has come as far as its ledger says. */
  async #compareTables(connection: DuckDBConnection, entry: StoreEntry, isEmptied: boolean): Promise<Lost | undefined> {
    const { held = {} } = this.#entry;
    const { words, requests } = missingOf(entry.held ?? held, held);
    const unlabelled = await findUnlabelled(connection);
    const lost = [
      ...(unlabelled === undefined
        ? []
        : [`the labels of ${unlabelled.requests} requests, which cannot be shown without`]),
      ...words,
      ...(isEmptied ? [`table ${LEDGER.name}: all rows`] : []),
    ];
    if (lost.length === 0) return undefined;
    return {
      requests: Math.max(requests, unlabelled?.requests ?? 0),
      fromMs: unlabelled?.fromMs ?? (await oldestHeld(connection)),
      toMs: entry.atMs,
      size: lost.join("; "),
    };
  }

  /** Says in the store too that what `compare` found is told, and that it has come as far as its segments. */
  async settle(connection: DuckDBConnection, commitsMin = 0): Promise<void> {
    await dropUnlabelled(connection);
    const commits = Math.max(this.#entry.commits, commitsMin);
    this.#entry = { ...this.#entry, commits, held: await countHeld(connection) };
    await insertEntry(connection, this.#entry);
    await forgetOlder(connection);
  }

  /** Within the transaction that stores or rolls it up; `added` by table. */
  note(transaction: WriteTransaction, stored: Stored, nowMs: number, added: Held): Promise<StoreEntry> {
    return this.#append(transaction, stored, nowMs, sumOf([this.#entry.held ?? {}, added]));
  }

  /** Within a transaction that took rows away, at its end: all that is left is counted anew. */
  async noteUpkeep(transaction: WriteTransaction, nowMs: number): Promise<StoreEntry> {
    return this.#append(transaction, NOTHING_STORED, nowMs, await countHeld(transaction.connection));
  }

  async #append({ append }: WriteTransaction, stored: Stored, nowMs: number, held: Held): Promise<StoreEntry> {
    const entry = { ...addTo(this.#entry, { ...stored }, nowMs), held };
    await append(LEDGER, [{ ...entry, added: JSON.stringify({ ...stored, held }) }]);
    return entry;
  }

  /** After the commit, before the next transaction begins. */
  committed(entry: StoreEntry): void {
    this.#entry = entry;
  }

  /** Resolves when the file says so too. A file that cannot be written costs no report: they are stored. */
  async sync(): Promise<void> {
    await this.#file.follow(this.#entry, (error) =>
      this.#warn(`the telemetry store's ledger is not written, and a loss would not be told: ${String(error)}`),
    );
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function ledgerPath(path: string): string {
  return `${path.replace(/\.duckdb$/, "")}.ledger`;
}

/**
 * A copy of the log from before it was opened: DuckDB takes away one whose head it cannot read. `keep` answers where it
 * is kept, `drop` forgets it. A copy that fails (full disk) is done without.
 */
export function setLogApart(path: string): { keep(aside: string): string | undefined; drop(): void } {
  const copy = `${path}.wal-before`;
  try {
    if (existsSync(`${path}.wal`) && statSync(`${path}.wal`).size > 0)
      copyFileSync(`${path}.wal`, copy, constants.COPYFILE_FICLONE);
  } catch {
    rmSync(copy, { force: true });
  }
  return {
    keep(aside) {
      if (!existsSync(copy)) return undefined;
      renameSync(copy, `${aside}.wal`);
      return `${aside}.wal`;
    },
    drop: () => rmSync(copy, { force: true }),
  };
}

/** Entries that are missing between two that are there: the log went on, and the file is from before. */
interface Hole {
  readonly before: LedgerEntry;
  /** When the last that is missing had been made. */
  readonly after: Tally;
  readonly toMs: number;
}

async function readStored(
  connection: DuckDBConnection,
): Promise<{ readonly newest: StoreEntry; readonly holes: readonly Hole[] }> {
  const rows = await connection.runAndReadAll(`SELECT ${LEDGER.select()} FROM ledger ORDER BY commits`);
  let newest: StoreEntry = EMPTY_LEDGER;
  const holes: Hole[] = [];
  for (const { commits, atMs: at, tally: tallyText, added } of rows.getRowObjectsJS()) {
    const tally = JSON.parse(String(tallyText)) as Tally;
    const atMs = Number(at);
    const { held, ...brought } = JSON.parse(String(added)) as Tally & { readonly held?: Held };
    if (newest !== EMPTY_LEDGER && Number(commits) > newest.commits + 1)
      holes.push({ before: newest, after: differenceOf(tally, brought), toMs: atMs });
    newest = { commits: Number(commits), atMs, tally, held };
  }
  return { newest, holes };
}

async function insertEntry(connection: DuckDBConnection, { commits, atMs, tally, held }: StoreEntry): Promise<void> {
  await connection.run("DELETE FROM ledger WHERE commits = $1::BIGINT", [BigInt(commits)]);
  await connection.run("INSERT INTO ledger (commits, at_ms, tally, added) VALUES ($1::BIGINT, $2::BIGINT, $3, $4)", [
    BigInt(commits),
    BigInt(atMs),
    JSON.stringify(tally),
    JSON.stringify({ held }),
  ]);
}

/** The newest entry says all; those before it only that none is missing since. */
export async function forgetOlder(connection: DuckDBConnection): Promise<void> {
  await connection.run("DELETE FROM ledger WHERE commits < (SELECT max(commits) FROM ledger)");
}
