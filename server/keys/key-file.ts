import { z } from "zod";
import { PharosError } from "#core/errors.ts";
import { readOwnFile } from "#node/read-own-file.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";
import type { KeptKeys } from "#server/keys/key-keeper.ts";

const CONTENT = z.record(z.string(), z.object({ keys: z.string(), fetchedAtMs: z.number() }));

export interface KeyFile {
  readonly kept: ReadonlyMap<string, KeptKeys>;
  /** Why nothing of it is used, where a file was there. */
  readonly damage: string | undefined;
}

/** Key sets that an earlier process fetched. None where the file is missing, cannot be read or is damaged: they are fetched again. */
export function readKeyFile(file: string): KeyFile {
  try {
    const text = readOwnFile(file) ?? "{}";
    return { kept: new Map(Object.entries(CONTENT.parse(JSON.parse(text)))), damage: undefined };
  } catch (error) {
    return { kept: new Map(), damage: error instanceof PharosError ? error.toString() : `${file} is damaged` };
  }
}

export function writeKeyFile(file: string, all: ReadonlyMap<string, KeptKeys>): void {
  writeFileDurably(file, JSON.stringify(Object.fromEntries(all)));
}
