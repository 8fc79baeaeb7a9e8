import { readFileSync } from "node:fs";
import { UsageError } from "#cli/failure.ts";

/** Of a file with one header a line, `name=value`; empty lines and those that begin with # are none. */
export function readHeaders(file: string, flag: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${flag} ${file} cannot be read: ${error instanceof Error ? error.message : ""}`, {
      hint: "name a file with one header a line, name=value",
    });
  }
  const headers: Record<string, string> = {};
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name, value] = /^\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*([\t\x20-\x7e]*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`${flag} ${file}, line ${index + 1}: is not name=value`, {
        hint: "for example authorization=Bearer TOKEN",
      });
    headers[name] = value;
  }
  return headers;
}
