import { readFileSync } from "node:fs";
import { z } from "zod";
import { writeFileDurably } from "#node/write-file-durably.ts";
import type { KeptKeys } from "#server/keys/key-keeper.ts";

const CONTENT = z.record(z.string(), z.object({ keys: z.string(), fetchedAtMs: z.number() }));

/** Key sets that an earlier process fetched; none where the file is missing or damaged: they are fetched again. */
export function readKeyFile(file: string): ReadonlyMap<string, KeptKeys> {
  try {
    return new Map(Object.entries(CONTENT.parse(JSON.parse(readFileSync(file, "utf8")))));
  } catch {
    return new Map();
  }
}

export function writeKeyFile(file: string, all: ReadonlyMap<string, KeptKeys>): void {
  writeFileDurably(file, JSON.stringify(Object.fromEntries(all)));
}
