import { createHash, randomBytes } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { readOwnFile } from "#node/read-own-file.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

export interface SessionKey {
  readonly key: string;
  /** Why it is not the key of before, where one was there. */
  readonly damage: string | undefined;
}

/** 32 bytes, and since the key is held against it, its digest. */
const WRITTEN = /^([A-Za-z0-9+/]{43}=)(?: ([0-9a-f]{16}))?\s*$/;

/**
 * `DIR/session-key`, which signs the cookies of sessions; made on the first start. One that is damaged is kept aside and
 * made anew: an empty key would be one that anybody knows, and a wrong one ends every session without a word.
 */
export function openSessionKey(dir: string, nowMs: number): SessionKey {
  const path = join(dir, "session-key");
  const text = readOwnFile(path);
  const [, key, check] = WRITTEN.exec(text ?? "") ?? [];
  if (key !== undefined && (check === undefined || check === digest(key))) return { key, damage: undefined };
  const made = randomBytes(32).toString("base64");
  if (text === undefined) {
    writeFileDurably(path, `${made} ${digest(made)}\n`);
    return { key: made, damage: `${path} was not there` };
  }
  const aside = `${path}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-")}`;
  renameSync(path, aside);
  writeFileDurably(path, `${made} ${digest(made)}\n`);
  return { key: made, damage: `${path} was damaged and is kept as ${aside}` };
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}
