import { chmod, copyFile, mkdtemp, readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type BackupManifest, isBackupName } from "#core/backup/manifest.ts";
import { PharosError } from "#core/errors.ts";
import { digestOfFile } from "#node/digest-of-file.ts";
import { isDiskFull } from "#node/write-file-durably.ts";
import { copySqlite } from "#server/backup/copy-sqlite.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";

export interface BackupParts {
  /** The data directory. */
  readonly dir: string;
  readonly version: string;
  readonly telemetry: Pick<RunningTelemetry, "copyTo">;
  readonly now: () => Date;
}

/** Copies of all there is, in a directory of their own. */
export interface Backup {
  readonly manifest: BackupManifest;
  pathOf(name: string): string;
  discard(): Promise<void>;
}

/** Where copies are made; what a killed server left there is of no use. */
export const BACKUP_PREFIX = ".backup-";
const TELEMETRY = "telemetry.duckdb";
/** By what all of them are called: of one that was copied as a file, what stands in its log would be missing. */
const IS_SQLITE = /\.db$/;
/**
 * Logs and ledgers of databases, which belong to the file and not to its copy; where this server is reached; what was moved aside or is just
 * being written. All other files are keys, and whatever a later version puts beside them.
 */
const LEFT_OUT = /^\.|-wal$|-shm$|-journal$|\.wal$|\.ledger$|\.damaged-|\.new$|\.lock$|^server\.json$/;

/** What is left to the server, which goes on writing. */
const ROOM_LEFT_BYTES = 16 * 1024 ** 2;

/**
 * Each store as it is at one moment, while all of them are used. Costs as much room as they take, and is not begun where that would fill the
 * disk. Throws "exhausted" there.
 */
export async function makeBackup({ dir, version, telemetry, now }: BackupParts, signal?: AbortSignal): Promise<Backup> {
  const at = now().toISOString();
  await checkRoom(dir);
  const to = await mkdtemp(join(dir, BACKUP_PREFIX));
  const discard = (): Promise<void> => rm(to, { recursive: true, force: true });
  try {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      const { name } = entry;
      if (LEFT_OUT.test(name) || name === TELEMETRY) continue;
      // A database may be a link to where there is more room.
      const isFile = entry.isFile() || (entry.isSymbolicLink() && (await bytesOf(join(dir, name))) !== undefined);
      if (!isFile) continue;
      if (!isBackupName(name))
        throw new PharosError("conflict", `${JSON.stringify(name)} in the data directory is of nobody's making`, {
          hint: "move it elsewhere: a backup would have a name in it that cannot be restored",
        });
      if (IS_SQLITE.test(name)) await copySqlite(join(dir, name), join(to, name), signal);
      else await copyFile(join(dir, name), join(to, name));
    }
    signal?.throwIfAborted();
    await telemetry.copyTo(to);
    signal?.throwIfAborted();
    const files: BackupManifest["files"] = [];
    for (const name of (await readdir(to)).sort()) {
      const path = join(to, name);
      await chmod(path, 0o600);
      files.push({ name, bytes: (await stat(path)).size, sha256: await digestOfFile(path) });
    }
    return { manifest: { format: 1, version, at, files }, pathOf: (name) => join(to, name), discard };
  } catch (error) {
    await discard();
    throw isDiskFull(error) ? noRoom(dir, error) : error;
  }
}

async function checkRoom(dir: string): Promise<void> {
  const names = (await readdir(dir)).filter((name) => !name.startsWith("."));
  const sizes = await Promise.all(names.map((name) => bytesOf(join(dir, name))));
  const bytes = sizes.reduce<number>((sum, size = 0) => sum + size, 0);
  const { bavail, bsize } = await statfs(dir);
  if (bavail * bsize < bytes + ROOM_LEFT_BYTES) throw noRoom(dir);
}

/** Undefined of what is no file, or is gone again. */
async function bytesOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    // A backup that leaves a file out unsaid is none.
    throw error;
  });
  return found?.isFile() === true ? found.size : undefined;
}

const noRoom = (dir: string, cause?: unknown): PharosError =>
  new PharosError("exhausted", `the disk of ${dir} has no room for a copy of what is in it`, {
    hint: "make room on its disk: a copy needs as much again",
    cause,
  });
