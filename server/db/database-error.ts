import { PharosError } from "#core/errors.ts";

const CORRUPT_HINT =
  "stop the server, move the file and its -wal and -shm aside (they may still hold data), and restore a backup";

/** Says what happened to the database file and what to do; undefined when the failure is not the file's. */
export function describeDatabaseFailure(error: unknown, path: string): PharosError | undefined {
  const failure = sqliteFailure(error);
  if (failure === undefined) return undefined;
  const options = (hint: string) => ({ hint, cause: error });
  // Primary result codes: https://www.sqlite.org/rescode.html
  switch (failure.code & 0xff) {
    case 5:
    case 6:
      return new PharosError(
        "unavailable",
        `database ${path} is locked by another process`,
        options("one server owns a data directory; stop the other one"),
      );
    case 8:
      return new PharosError(
        "unavailable",
        `database ${path} cannot be written: ${failure.message}`,
        options("give the user who runs the server write permission on the file and its directory"),
      );
    case 10:
      return new PharosError(
        "unavailable",
        `reading or writing database ${path} failed: ${failure.message}`,
        options("check the disk and its free space; the write was rolled back and nothing was lost"),
      );
    case 11:
    case 26:
      return new PharosError("unavailable", `database ${path} is damaged: ${failure.message}`, options(CORRUPT_HINT));
    case 13:
      return new PharosError(
        "exhausted",
        `the disk that holds database ${path} is full`,
        options("free some space and try again; the write was rolled back and nothing was lost"),
      );
    case 14:
      return new PharosError(
        "unavailable",
        `database ${path} cannot be opened: ${failure.message}`,
        options("check that its directory exists, and that the user who runs the server may read and write both"),
      );
    default:
      return undefined;
  }
}

/** SQLite's result code, wherever libSQL, the adapter or Prisma put it. */
function sqliteFailure(error: unknown): { readonly code: number; readonly message: string } | undefined {
  const seen = new Set<unknown>();
  const queue: unknown[] = [error];
  while (queue.length > 0) {
    const value = queue.shift();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    const { rawCode, extendedCode, kind, message, cause, meta, driverAdapterError } = value as Record<string, unknown>;
    const text = typeof message === "string" ? (/SQLITE_\w+: [^`\n]*/.exec(message)?.[0] ?? message) : "";
    const code = rawCode ?? extendedCode;
    if (typeof code === "number" && code !== 1) return { code, message: text };
    if (kind === "SocketTimeout") return { code: 5, message: "busy" };
    const told = MESSAGES.find(([pattern]) => pattern.test(text));
    if (told !== undefined) return { code: told[1], message: text };
    queue.push(cause, meta, driverAdapterError);
  }
  return undefined;
}

/** Where only the message came through. */
const MESSAGES: readonly (readonly [RegExp, number])[] = [
  [/Unable to open connection to local database .*: 14/, 14],
  [/EACCES: permission denied/, 14],
  [/database or disk is full/, 13],
  [/disk I\/O error/, 10],
  [/database disk image is malformed/, 11],
  [/file is not a database/, 26],
];
