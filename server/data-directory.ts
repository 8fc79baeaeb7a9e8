import { accessSync, chmodSync, constants, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import { BACKUP_PREFIX } from "#server/backup/make-backup.ts";

const OTHERS = 0o077;
/** Sessions, hashes of passwords and tokens, who calls whom: what was made under a wider umask is closed too. */
const DATABASE = /^(?:pharos\.db|telemetry\.duckdb|limits\.db)/;

/** Makes the data directory (0700), and its databases this user's alone. Throws "unavailable" where it cannot be used. */
export function openDataDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.W_OK);
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      // Of a backup that a kill ended.
      if (name.startsWith(BACKUP_PREFIX)) {
        rmSync(path, { recursive: true, force: true });
        continue;
      }
      const { mode } = statSync(path);
      if (DATABASE.test(name) && (mode & OTHERS) !== 0) chmodSync(path, mode & ~OTHERS & 0o777);
    }
  } catch (cause) {
    throw new PharosError(
      "unavailable",
      `the data directory ${dir} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: "name a directory of this user with --dir", cause },
    );
  }
}
