import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { PharosError } from "#core/errors.ts";

/** Replaces a file whole or not at all, whatever dies meanwhile. Private to its user unless told otherwise. */
export function writeAtomic(file: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${file}.${process.pid}.new`;
  try {
    writeSynced(temporary, content, mode);
    renameSync(temporary, file);
    syncDirectory(dirname(file));
  } catch (error) {
    rmSync(temporary, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new PharosError("unavailable", `cannot write ${file}: ${why}`, {
      hint: "the old content is untouched; make room or fix permissions",
      cause: error,
    });
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
