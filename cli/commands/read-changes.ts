import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";

export type UpsertChange = Extract<ConfigChange, { readonly op: "upsert" }>;

const READABLE = /\.(ya?ml|json)$/;

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((entry) => {
      const child = join(path, entry);
      return statSync(child).isDirectory() || READABLE.test(entry) ? filesBelow(child) : [];
    });
}

/** Bytes of another encoding would come out as other characters than were meant. */
function decodeText(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  try {
    return text.decode(bytes);
  } catch {
    const line = Buffer.from(bytes).toString("utf8").split("\uFFFD", 1)[0]?.split("\n").length;
    throw new Error(`line ${line} is not UTF-8`);
  }
}

/** `-f FILE|DIR|-`, any number of them, as one change per file. A directory is read in order of names, recursively. */
export function readChanges(paths: readonly string[], namespace?: string): UpsertChange[] {
  const changes: UpsertChange[] = [];
  const read = (source: string | number, file: string): void => {
    const text = decodeText(readFileSync(source));
    changes.push({ op: "upsert", text, file, ...(namespace === undefined ? {} : { namespace }) });
  };
  for (const path of paths) {
    try {
      if (path === "-") read(0, "standard input");
      else for (const file of filesBelow(path)) read(file, file);
    } catch (error) {
      throw new PharosError(
        "invalid",
        `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: "-f takes a file, a directory, or - for standard input",
          cause: error,
        },
      );
    }
  }
  if (changes.length === 0) throw new PharosError("invalid", `no .yaml, .yml or .json file in ${paths.join(", ")}`);
  return changes;
}
