import { readFileSync } from "node:fs";
import { PharosError } from "#core/errors.ts";

/** The text of a file that this program keeps; undefined when there is none. Throws "unavailable" where it may not be read. */
export function readOwnFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new PharosError("unavailable", `${path} cannot be read: ${message}`, {
      hint: "give the user who runs the server read permission on it",
      cause,
    });
  }
}
