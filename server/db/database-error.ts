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
        options("check that its directory exists and may be written"),
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
    const fields = value as Record<string, unknown>;
    const code = fields["rawCode"] ?? fields["extendedCode"];
    if (typeof code === "number" && code !== 1) return { code, message: String(fields["message"] ?? `code ${code}`) };
    if (fields["kind"] === "SocketTimeout") return { code: 5, message: "busy" };
    if (typeof fields["message"] === "string") {
      const message = fields["message"];
      if (/database or disk is full/.test(message)) return { code: 13, message };
      if (/disk I\/O error/.test(message)) return { code: 10, message };
      if (/database disk image is malformed/.test(message)) return { code: 11, message };
      if (/file is not a database/.test(message)) return { code: 26, message };
    }
    queue.push(fields["cause"], fields["meta"], fields["driverAdapterError"]);
  }
  return undefined;
}
