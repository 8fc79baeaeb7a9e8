import { addTo, EMPTY_LEDGER, type LedgerEntry, type LedgerFile } from "#node/ledger-file.ts";
import type { LibsqlClient } from "#server/db/libsql-client.ts";

const TABLE = "_pharos_ledger";
const WRITE =
  /^\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:[`"]?main[`"]?\.)?[`"]?(\w+)/i;

export type Written = Record<string, number>;

/**
 * Counts in the database, within each transaction, what was written to which table, and says the same in a file beside it
 * once it is committed. SQLite passes over a write-ahead log that is missing, and over the rest of one that is damaged,
 * without a word; the two counts tell.
 */
export class CommitLedger {
  readonly #file: LedgerFile;
  readonly #now: () => number;
  readonly #warn: (message: string) => void;

  constructor(file: LedgerFile, now: () => number, warn: (message: string) => void) {
    this.#file = file;
    this.#now = now;
    this.#warn = warn;
  }

  /** Within the transaction, before it ends. */
  async note(client: Pick<LibsqlClient, "execute">, written: Written): Promise<LedgerEntry> {
    const entry = addTo(await readEntry(client), written, this.#now());
    await writeEntry(client, entry);
    return entry;
  }

  /** Once it is committed; resolves when the file says so too. The commit stands where the file cannot be written. */
  async sync(entry: LedgerEntry): Promise<void> {
    await this.#file.follow(entry, (error) =>
      this.#warn(`the database's ledger is not written, and a loss would not be told: ${String(error)}`),
    );
  }
}

/** Adds to `written` what a statement wrote. */
export function countWritten(
  written: Written,
  sql: string,
  result: Awaited<ReturnType<LibsqlClient["execute"]>>,
): void {
  const table = tableWritten(sql);
  if (table === undefined) return;
  // With RETURNING the driver counts rows it gave, not rows it wrote.
  const rows = Math.max(result.rowsAffected, result.rows.length);
  if (rows > 0) written[table] = (written[table] ?? 0) + rows;
}

/** The table that a statement writes to; undefined for one that only reads. */
export function tableWritten(sql: string): string | undefined {
  return WRITE.exec(sql)?.[1];
}

export async function prepareLedger(client: Pick<LibsqlClient, "execute">): Promise<void> {
  const { rows } = await client.execute(`SELECT count(*) FROM sqlite_master WHERE name = '${TABLE}'`);
  if (Number(rows[0]?.[0]) > 0) return;
  await client.execute(
    `CREATE TABLE IF NOT EXISTS "${TABLE}" (id INTEGER PRIMARY KEY, commits INTEGER NOT NULL, at_ms INTEGER NOT NULL, tally TEXT NOT NULL)`,
  );
}

export async function readEntry(client: Pick<LibsqlClient, "execute">): Promise<LedgerEntry> {
  const { rows } = await client.execute(`SELECT commits, at_ms, tally FROM "${TABLE}" WHERE id = 1`);
  const [row] = rows;
  if (row === undefined) return EMPTY_LEDGER;
  return {
    commits: Number(row[0]),
    atMs: Number(row[1]),
    tally: JSON.parse(String(row[2])) as LedgerEntry["tally"],
  };
}

export async function writeEntry(client: Pick<LibsqlClient, "execute">, entry: LedgerEntry): Promise<void> {
  await client.execute({
    sql: `INSERT OR REPLACE INTO "${TABLE}" (id, commits, at_ms, tally) VALUES (1, ?, ?, ?)`,
    args: [entry.commits, entry.atMs, JSON.stringify(entry.tally)],
  });
}
