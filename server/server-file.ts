import { closeSync, existsSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** What a data directory tells those who look for its server. */
export interface ServerFile {
  readonly console: string;
  readonly xds: string;
  /** Where applications hand telemetry over. */
  readonly otlpGrpc?: string;
  readonly otlpHttp?: string;
  readonly pid: number;
}

export function writeServerFile(dir: string, content: ServerFile): void {
  const path = join(dir, "server.json");
  const text = `${JSON.stringify(content, null, 2)}\n`;
  try {
    writeFileDurably(path, text);
  } catch (error) {
    if (PharosError.from(error).code !== "exhausted" || !existsSync(path)) throw error;
    // A full disk takes it where the one before lies.
    const file = openSync(path, "r+");
    try {
      ftruncateSync(file, writeSync(file, text, 0));
    } finally {
      closeSync(file);
    }
  }
}
