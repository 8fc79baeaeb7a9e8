import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { PharosError } from "#core/errors.ts";

/**
 * Replaces a file whole or not at all, whatever dies meanwhile. Private to its user unless told otherwise. Throws
 * PharosError that names it: "exhausted" on a full disk, "unavailable" otherwise.
 */
export function writeFileDurably(file: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${file}.${process.pid}.new`;
  try {
    writeSynced(temporary, content, mode);
    renameSync(temporary, file);
    syncDirectory(dirname(file));
  } catch (error) {
    discard(temporary);
    const why = error instanceof Error ? error.message : String(error);
    throw new PharosError(isDiskFull(error) ? "exhausted" : "unavailable", `cannot write ${file}: ${why}`, {
      hint: "the old content is untouched; make room or fix permissions",
      cause: error,
    });
  }
}

/** Whether a disk has no room for what was to be written. */
export function isDiskFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}

/** What keeps a file from being written may keep it from being removed too; the first failure is the one to tell. */
function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Nothing was there, or it stays for the next try to replace.
  }
}

function writeSynced(file: string, content: string | Uint8Array, mode: number): void {
  const fd = openSync(file, "w", mode);
  try {
    writeFileSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncDirectory(dir: string): void {
  const fd = openSync(dir, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
