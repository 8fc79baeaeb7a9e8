import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PharosError } from "#core/errors.ts";

const COPY = `const { DatabaseSync } = require("node:sqlite");
const [from, to] = process.argv.slice(1);
const db = new DatabaseSync(from, { readOnly: true });
db.exec("PRAGMA busy_timeout = 30000");
db.prepare("VACUUM INTO ?").run(to);
db.close();`;

/** However large: it is read at the speed of the disk. */
const MS_MAX = 30 * 60_000;

/**
 * A copy of what is committed in an SQLite database that is read and written meanwhile. In a process of its own: copying holds a thread for as
 * long as it takes, and a second SQLite library in one process would undo the locks of the first.
 */
export async function copySqlite(from: string, to: string, signal?: AbortSignal): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ["--no-warnings", "--eval", COPY, from, to], {
      timeout: MS_MAX,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    const { stderr = "" } = cause as { stderr?: string };
    const isFull = /full|ENOSPC/i.test(stderr);
    throw new PharosError(isFull ? "exhausted" : "unavailable", `${from} could not be copied: ${lastLine(stderr)}`, {
      hint: isFull ? "make room on its disk: a copy needs as much again" : "the server's log says more",
      cause,
    });
  }
}

function lastLine(text: string): string {
  return /^Error: (.*)$/m.exec(text)?.[1] ?? text.trim().split("\n").at(-1) ?? "";
}
