import { readFileSync, rmSync } from "node:fs";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Which process is the agent's Envoy, and with what it was started. */
export interface EnvoyRecord {
  readonly pid: number;
  readonly start: string;
  /** Hash of what it was started with. */
  readonly fingerprint: string;
}

/** One line, the pid first. */
export function writePidFile(file: string, { pid, start, fingerprint }: EnvoyRecord): void {
  writeFileDurably(file, `${pid} ${start} ${fingerprint}\n`);
}

/** Undefined where there is none, or it does not say. */
export function readPidFile(file: string): EnvoyRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const [pid, start, fingerprint] = text.trim().split(" ");
  if (!/^\d+$/.test(pid ?? "") || start === undefined || fingerprint === undefined) return undefined;
  return { pid: Number(pid), start, fingerprint };
}

export function removePidFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It names a process that has ended: whoever reads it sees that.
  }
}
