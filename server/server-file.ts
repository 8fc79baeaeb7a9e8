import { join } from "node:path";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** What a data directory tells those who look for its server. */
export interface ServerFile {
  readonly console: string;
  readonly xds: string;
  readonly pid: number;
}

export function writeServerFile(dir: string, content: ServerFile): void {
  writeFileDurably(join(dir, "server.json"), `${JSON.stringify(content, null, 2)}\n`);
}
