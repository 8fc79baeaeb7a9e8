import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { PharosError } from "#core/errors.ts";

/** An agent's settings as a file of YAML has them, unchecked but for being settings. Throws "invalid" for one that cannot be read or holds none. */
export function readSettings(file: string): { readonly capture?: object } {
  let found: unknown;
  try {
    found = parse(readFileSync(file, "utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PharosError("invalid", `cannot read ${file}: ${why}`, { cause });
  }
  if (typeof found === "object" && found !== null && !Array.isArray(found)) return found;
  throw new PharosError("invalid", `${file} holds no settings`, { hint: "one a line, for example `name: reviews-v1`" });
}
