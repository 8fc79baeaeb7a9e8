import { existsSync, renameSync, statSync } from "node:fs";

const BYTES_MAX = 10 * 1024 * 1024;

/** Renames a log that has grown past ten megabytes to `.1` and has its writer open a new one. True when it did. */
export async function rotateLog(file: string, reopen: () => Promise<void>, bytesMax = BYTES_MAX): Promise<boolean> {
  if (!existsSync(file) || statSync(file).size < bytesMax) return false;
  renameSync(file, `${file}.1`);
  await reopen();
  return true;
}
