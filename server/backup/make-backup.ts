import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { BackupManifest } from "#core/backup/manifest.ts";
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

/** Each store as it is at one moment, while all of them are used. Costs as much room as they take. */
export async function makeBackup({ dir, version, telemetry, now }: BackupParts, signal?: AbortSignal): Promise<Backup> {
  const at = now().toISOString();
  const to = await mkdtemp(join(dir, BACKUP_PREFIX));
  const discard = (): Promise<void> => rm(to, { recursive: true, force: true });
  try {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      const { name } = entry;
      if (!entry.isFile() || LEFT_OUT.test(name) || name === TELEMETRY) continue;
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
      files.push({ name, bytes: (await stat(path)).size, sha256: await digestOf(path) });
    }
    return { manifest: { format: 1, version, at, files }, pathOf: (name) => join(to, name), discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
