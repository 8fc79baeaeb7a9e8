import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import type { ConfigChange } from "#core/view/config.ts";

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

/** `-f FILE|DIR|-`, any number of them, as one change per file. A directory is read in order of names, recursively. */
export function readChanges(paths: readonly string[]): ConfigChange[] {
  const changes: ConfigChange[] = [];
  for (const path of paths) {
    try {
      if (path === "-") changes.push({ op: "upsert", text: readFileSync(0, "utf8"), file: "standard input" });
      else for (const file of filesBelow(path)) changes.push({ op: "upsert", text: readFileSync(file, "utf8"), file });
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
