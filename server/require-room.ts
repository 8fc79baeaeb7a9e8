import { statfs } from "node:fs/promises";
import { PharosError } from "#core/errors.ts";

/** With less than this neither a revision nor a report can be relied on to fit. */
const ROOM_BYTES_MIN = 1024 * 1024;

/** Throws "exhausted" when the disk that holds `dir` has no room. */
export async function requireRoom(dir: string, ask: typeof statfs = statfs): Promise<void> {
  const { bavail, bsize } = await ask(dir);
  if (bavail * bsize < ROOM_BYTES_MIN)
    throw new PharosError("exhausted", `the disk that holds ${dir} is full`, { hint: "free some space" });
}
