import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PharosError } from "#core/errors.ts";
import { LedgerFile } from "#node/ledger-file.ts";
import { applyMigrations } from "#server/db/apply-migrations.ts";
import { CommitLedger, prepareLedger } from "#server/db/commit-ledger.ts";
import { compareLedger, databaseLedgerPath, refuseMissingFile, setWalApart } from "#server/db/compare-ledger.ts";
import { describeDatabaseFailure } from "#server/db/database-error.ts";
import { PrismaClient } from "#server/db/gen/client.ts";
import { LibsqlAdapter } from "#server/db/libsql-adapter.ts";
import { requireRoom } from "#server/require-room.ts";

const MIGRATIONS = resolve(import.meta.dirname, "../../prisma/migrations");

/** Prisma's client; failures of the file itself (full, damaged, locked) come as PharosError. */
export type Database = PrismaClient;

export interface OpenDatabase {
  readonly db: Database;
  /** Names of the migrations this start applied. */
  readonly migrated: readonly string[];
  /** What it had acknowledged and does not hold any more, in one sentence; undefined where nothing is missing. */
  readonly lost: string | undefined;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  readonly migrations?: string;
  /** Largest size of the file in bytes; unbounded when absent. */
  readonly bytesMax?: number;
  readonly now?: () => number;
  /** Told of what goes on without being kept: in words for the log. */
  readonly warn?: (message: string) => void;
}

/**
 * Opens the database file, checks it whole, and brings it to this version's schema; makes it when there is none.
 * A commit is on the disk when it returns (WAL with synchronous FULL): neither kill -9 nor a power cut loses it.
 * On a full disk it can be read, and written as soon as there is room.
 * Throws PharosError, with the file untouched, when it is damaged, cut short, locked or from a newer version.
 */
export async function openDatabase(path: string, options: OpenDatabaseOptions = {}): Promise<OpenDatabase> {
  const migrations = options.migrations ?? MIGRATIONS;
  try {
    if (existsSync(path)) refuseEmptyFile(path);
    else await createFile(path, migrations);
    return await openFile(path, migrations, options);
  } catch (error) {
    throw describeDatabaseFailure(error, path) ?? PharosError.from(error, `opening database ${path}`);
  }
}

async function openFile(
  path: string,
  migrations: string,
  { bytesMax, now = Date.now, warn = () => undefined }: OpenDatabaseOptions,
): Promise<OpenDatabase> {
  const log = setWalApart(path, now());
  let file: LedgerFile | undefined;
  let adapter: LibsqlAdapter | undefined;
  try {
    const ledger = await LedgerFile.open(databaseLedgerPath(path));
    file = ledger;
    const own = new LibsqlAdapter(path);
    adapter = own;
    const { client } = own;
    // Without room there is no place for the index of the log (-shm), which a file of one's own has in memory.
    if (!(await whereRoom(requireRoom(dirname(path)), path))) await client.execute("PRAGMA locking_mode = EXCLUSIVE");
    for (const pragma of ["busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"]) {
      await client.execute(`PRAGMA ${pragma}`);
    }
    await refuseDamagedFile(own, path);
    if (bytesMax !== undefined) await client.execute(`PRAGMA max_page_count = ${Math.floor(bytesMax / 4096)}`);
    const migrated = await applyMigrations(client, migrations, path);
    // What a full disk keeps from being counted now is counted from the next start on.
    const isCounted = await whereRoom(prepareLedger(client), path);
    const lost = isCounted ? await compareLedger(client, path, ledger, log.keep) : undefined;
    if (isCounted) own.ledger = new CommitLedger(ledger, now, warn);
    const db = new PrismaClient({ adapter: own, transactionOptions: { maxWait: 30_000, timeout: 120_000 } });
    const close = async () => {
      // Before Prisma closes its client: what is left in the log would be folded in when the statements are collected.
      await client.execute("PRAGMA wal_checkpoint(TRUNCATE)").catch(() => undefined);
      await db.$disconnect();
      client.close();
      await ledger.close();
    };
    return { db: namingFailures(db, path), migrated, lost, close };
  } catch (error) {
    adapter?.client.close();
    await file?.close();
    throw error;
  } finally {
    log.drop();
  }
}

/** Whether it was done; false where the disk is full. */
async function whereRoom(work: Promise<unknown>, path: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    const known = describeDatabaseFailure(error, path) ?? PharosError.from(error);
    if (known.code !== "exhausted") throw error;
    return false;
  }
}

/** Under another name until it is whole: an empty file under the real name then always means that data was lost. */
async function createFile(path: string, migrations: string): Promise<void> {
  const wal = `${path}-wal`;
  if (existsSync(wal) && statSync(wal).size > 0) {
    throw new PharosError("unavailable", `database ${path} is missing, but its write-ahead log ${wal} is there`, {
      hint: "put the file back beside its log; to start empty instead, move the log away",
    });
  }
  await refuseMissingFile(path);
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  for (const suffix of ["", "-wal", "-shm"]) rmSync(draft + suffix, { force: true });
  const adapter = new LibsqlAdapter(draft);
  try {
    // Without a write-ahead log, which this process would go on to hold by the draft's name: another process that opens
    // and closes the file would then take the log for finished, and what was committed since would be lost with it.
    for (const pragma of ["journal_mode = DELETE", "synchronous = FULL"])
      await adapter.client.execute(`PRAGMA ${pragma}`);
    await applyMigrations(adapter.client, migrations, path);
  } finally {
    adapter.client.close();
  }
  renameSync(draft, path);
}

function refuseEmptyFile(path: string): void {
  if (statSync(path).size > 0) return;
  throw new PharosError("unavailable", `database ${path} is empty: its content was lost`, {
    hint: "restore a backup; to start with nothing, remove the file",
  });
}

async function refuseDamagedFile(adapter: LibsqlAdapter, path: string): Promise<void> {
  const { rows } = await adapter.client.execute("PRAGMA quick_check(1)");
  const verdict = String(rows[0]?.[0] ?? "no answer");
  if (verdict === "ok") return;
  throw new PharosError("unavailable", `database ${path} is damaged: ${verdict.replaceAll("\n", " ")}`, {
    hint: "stop the server, move the file and its -wal and -shm aside (they may still hold data), and restore a backup",
  });
}

/** Names failures of the file in every query and, for commits, in every transaction. */
function namingFailures(db: PrismaClient, path: string): Database {
  const naming = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw describeDatabaseFailure(error, path) ?? error;
    }
  };
  const extended = db.$extends({ query: { $allOperations: ({ args, query }) => naming(() => query(args)) } });
  const transact = extended.$transaction.bind(extended) as (...args: unknown[]) => Promise<unknown>;
  return new Proxy(extended, {
    get: (target, property) =>
      property === "$transaction"
        ? (...args: unknown[]) => naming(() => transact(...args))
        : (Reflect.get(target, property) as unknown),
  }) as unknown as Database;
}
