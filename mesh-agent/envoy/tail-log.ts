import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const TAIL_BYTES = 4096;
const LINES = 5;

/** The last lines of what Envoy said, errors first to be seen; empty when there is no log. */
export function tailLog(file: string): string {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .slice(size > TAIL_BYTES ? 1 : 0);
    const grave = lines.filter((line) => /\[(error|critical)\]/.test(line));
    return (grave.length > 0 ? grave : lines).slice(-LINES).join("\n");
  } finally {
    closeSync(fd);
  }
}
