import { constants, copyFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { PharosError } from "#core/errors.ts";
import { differenceOf, type LedgerFile, readLedger } from "#node/ledger-file.ts";
import { readEntry, writeEntry } from "#server/db/commit-ledger.ts";
import type { LibsqlClient } from "#server/db/libsql-client.ts";

export function databaseLedgerPath(path: string): string {
  return `${path.replace(/\.db$/, "")}.ledger`;
}

/** Throws "unavailable" when the ledger knows of a database that is not there. */
export async function refuseMissingFile(path: string): Promise<void> {
  const ledger = databaseLedgerPath(path);
  const { found } = await readLedger(ledger);
  if (found === undefined || found.commits === 0) return;
  throw new PharosError(
    "unavailable",
    `database ${path} is missing: by ${ledger} it held ${found.commits} writes (${listTally(found.tally)}), the last at ${new Date(found.atMs).toISOString()}`,
    { hint: `restore a backup; to start empty instead, move ${ledger} away too` },
  );
}

/** What the database had acknowledged and does not hold, in one sentence; undefined where nothing is missing. Told once. */
export async function compareLedger(
  client: LibsqlClient,
  path: string,
  ledger: LedgerFile,
  keepLog: () => string | undefined,
): Promise<string | undefined> {
  const stored = await readEntry(client);
  const known = ledger.found;
  if (known === undefined || known.commits <= stored.commits) {
    if (stored.commits > (known?.commits ?? 0)) await ledger.write(stored).catch(() => undefined);
    return ledger.state === "damaged"
      ? `${databaseLedgerPath(path)} was damaged and is written anew: whether database ${path} lost anything before cannot be told`
      : undefined;
  }
  const kept = keepLog();
  const revisions = await lostRevisions(client, differenceOf(known.tally, stored.tally).Revision ?? 0);
  // On a full disk it is told again at the next start.
  await writeEntry(client, known).catch(() => undefined);
  const since = stored.atMs === 0 ? "" : ` after ${new Date(stored.atMs).toISOString()}`;
  return `database ${path} lost ${known.commits - stored.commits} writes that were acknowledged${since}, the last at ${new Date(known.atMs).toISOString()}: ${listTally(differenceOf(known.tally, stored.tally))}${revisions}; its write-ahead log ${kept === undefined ? "is gone" : `was damaged and is kept as ${kept}`}`;
}

async function lostRevisions(client: LibsqlClient, count: number): Promise<string> {
  if (count === 0) return "";
  const { rows } = await client.execute("SELECT coalesce(max(number), 0) FROM Revision");
  const last = Number(rows[0]?.[0]);
  return ` (${count === 1 ? `revision ${last + 1}` : `revisions ${last + 1} to ${last + count}`})`;
}

function listTally(tally: Readonly<Record<string, number>>): string {
  const rows = Object.entries(tally).map(([table, count]) => `${count} of ${table}`);
  return rows.length === 0 ? "no rows" : `rows written: ${rows.join(", ")}`;
}

/** A copy of the log from before it was opened; SQLite starts it anew. A copy that fails (full disk) is done without. */
export function setWalApart(path: string, nowMs: number): { keep(): string | undefined; drop(): void } {
  const wal = `${path}-wal`;
  const copy = `${wal}.before`;
  try {
    if (existsSync(wal) && statSync(wal).size > 0) copyFileSync(wal, copy, constants.COPYFILE_FICLONE);
  } catch {
    rmSync(copy, { force: true });
  }
  return {
    keep() {
      if (!existsSync(copy)) return undefined;
      const kept = `${wal}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-")}`;
      renameSync(copy, kept);
      return kept;
    },
    drop: () => rmSync(copy, { force: true }),
  };
}
