import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { PharosError } from "#core/errors.ts";
import { migrate } from "#server/telemetry/stores/duckdb/migrate.ts";
import type { Lane } from "#server/telemetry/stores/duckdb/reader.ts";
import { setLogApart } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";

export interface OpenedDuckdb {
  readonly writer: DuckDBConnection;
  /** For what is looked on at, and for all else. */
  readonly readers: Readonly<Record<Lane, DuckDBConnection>>;
  /** Where what could not be read was moved to, if there was something. */
  readonly movedAside: string | undefined;
  /** Why the file is not open, and an empty one in memory is. */
  readonly standsInFor: PharosError | undefined;
  /** Keeps the log as it was before it was opened, and answers where; undefined when there was none. */
  keepLog(): string | undefined;
  /** One more connection, which its caller closes. */
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

const SETTINGS = {
  // Who asks works itself. With a second thread, whoever hands a write over to it spins until it is done: a third of what storing costs.
  threads: "1",
  memory_limit: "256MB",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  preserve_insertion_order: "false",
  // Of a page that is sorted only its own rows are read whole.
  late_materialization_max_rows: "1000",
};

/**
 * Opens the telemetry file, making it when there is none. A write-ahead log that cannot be read is moved aside, never
 * deleted, and if that is not enough the file is too, and an empty one takes its place: the mesh must be steered even when
 * its past is lost. `load` reads what the caller needs of it; what cannot be read then is damage too, and `isDamaged` says
 * that it was found already. A file that another process holds, that a newer version wrote, or on a disk that is full is refused
 * with PharosError.
 */
export async function openDuckdb(
  path: string,
  nowMs: number,
  load: (opened: OpenedDuckdb) => Promise<void>,
  isDamaged = false,
): Promise<OpenedDuckdb> {
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-")}`;
  const log = setLogApart(path);
  const keepLog = (): string | undefined => log.keep(aside);
  const attempt = async (movedAside: string | undefined): Promise<OpenedDuckdb | undefined> => {
    try {
      return await open(path, { movedAside, keepLog }, load);
    } catch (error) {
      const known = describeFailure(error, path);
      if (known.code !== "internal") throw known;
      return undefined;
    }
  };
  try {
    const whole = isDamaged ? undefined : await attempt(undefined);
    if (whole !== undefined) return whole;
    if (!isDamaged && existsSync(`${path}.wal`)) {
      renameSync(`${path}.wal`, `${aside}.wal`);
      log.drop();
      const withoutLog = await attempt(`${aside}.wal`);
      if (withoutLog !== undefined) return withoutLog;
    }
    for (const suffix of ["", ".wal"]) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    return await open(path, { movedAside: aside, keepLog }, load);
  } catch (error) {
    throw describeFailure(error, path);
  } finally {
    log.drop();
  }
}

/** An empty store in memory for as long as the file cannot be opened: questions are answered, and nothing is stored. */
export function openStandIn(
  standsInFor: PharosError,
  nowMs: number,
  load: (opened: OpenedDuckdb) => Promise<void>,
): Promise<OpenedDuckdb> {
  return openDuckdb(":memory:", nowMs, (opened) => load({ ...opened, standsInFor }));
}

async function open(
  path: string,
  from: Pick<OpenedDuckdb, "movedAside" | "keepLog">,
  load: (opened: OpenedDuckdb) => Promise<void>,
): Promise<OpenedDuckdb> {
  // An empty file is no database; DuckDB would take it for a new one and hide that its content was lost.
  if (existsSync(path) && statSync(path).size === 0) throw new Error("the file is empty: its content was lost");
  if (!existsSync(path) && existsSync(`${path}.wal`)) throw new Error("the file is gone, and its log is there");
  const instance = await DuckDBInstance.create(path, SETTINGS);
  const connections: DuckDBConnection[] = [];
  const close = (): void => {
    // The file is held for as long as a connection is.
    for (const connection of connections) connection.closeSync();
    instance.closeSync();
  };
  try {
    const writer = await instance.connect();
    connections.push(writer);
    await migrate(writer, path);
    const short = await instance.connect();
    connections.push(short);
    const long = await instance.connect();
    connections.push(long);
    const connect = (): Promise<DuckDBConnection> => instance.connect();
    const opened = { ...from, standsInFor: undefined, writer, readers: { short, long }, connect, close };
    await load(opened);
    return opened;
  } catch (error) {
    close();
    throw error;
  }
}

/** Failures of the file in words that name it and say what to do; "internal" for what is left: a damaged file. */
export function describeFailure(error: unknown, path: string): PharosError {
  if (error instanceof PharosError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (
    /No space left|disk is full|ENOSPC|File too large|Could not write|not enough space|Failed to (write|allocate)/i.test(
      message,
    )
  ) {
    return new PharosError("exhausted", `telemetry store ${path} cannot be written: ${firstLine(message)}`, {
      hint: "free space on its disk; agents keep their reports meanwhile",
      cause: error,
    });
  }
  if (/Could not set lock|Conflicting lock/i.test(message)) {
    return new PharosError("unavailable", `telemetry store ${path} is held by another process`, {
      hint: "is another server running with this directory?",
      cause: error,
    });
  }
  if (/Permission denied|Read-only file system|Cannot open file/i.test(message)) {
    return new PharosError("unavailable", `telemetry store ${path} cannot be opened: ${firstLine(message)}`, {
      hint: "check who owns the file and its folder",
      cause: error,
    });
  }
  return new PharosError("internal", `telemetry store ${path}: ${firstLine(message)}`, { cause: error });
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}
