import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectOnlyToldLost } from "#server/telemetry/stores/duckdb/testing/expect-told.ts";
import { type KnownTables, makeKnownStore, readKnown } from "#server/telemetry/stores/duckdb/testing/known-store.ts";

const PROGRAM = join(import.meta.dirname, "../testing/mend-process.ts");
/** Which of its rounds a process dies in, and how far in it. */
const DEATHS = [0, 5, 30, 90] as const;

let base: string;
let whole: KnownTables;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "pharos-kill-"));
  await makeKnownStore(join(base, "closed/telemetry.duckdb"), join(base, "killed"));
  const dir = copyStore();
  await runToEnd(dir);
  whole = await readKnown(join(dir, "telemetry.duckdb"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function copyStore(): string {
  const dir = mkdtempSync(join(base, "case-"));
  cpSync(join(base, "killed"), dir, { recursive: true });
  return dir;
}

function start(dir: string): ChildProcess {
  return fork(PROGRAM, [join(dir, "telemetry.duckdb")], { execPath: process.execPath, execArgv: [] });
}

async function runToEnd(dir: string): Promise<void> {
  expect((await once(start(dir), "exit"))[0]).toBe(0);
}

/** A process that is killed so long after it has opened the store, or has run once. */
async function kill(dir: string, afterMs: number): Promise<void> {
  const child = start(dir);
  const exited = once(child, "exit");
  await once(child, "message");
  await delay(afterMs);
  child.kill("SIGKILL");
  await exited;
}

test("killed while it writes segments, a store has all in them when its database is gone", async () => {
  const dir = copyStore();
  for (const afterMs of DEATHS) await kill(dir, afterMs);
  await runToEnd(dir);
  rmSync(join(dir, "telemetry.duckdb"));
  await runToEnd(dir);
  await expectOnlyToldLost(dir, whole);
});

test("killed again and again while segments are read back, a store has each of them once in the end", async () => {
  const dir = copyStore();
  rmSync(join(dir, "telemetry.duckdb"));
  for (const afterMs of DEATHS) await kill(dir, afterMs);
  await runToEnd(dir);
  await expectOnlyToldLost(dir, whole);
});

test("a disk that gets full while segments are written or read back costs nothing, and what waited is done with room", async () => {
  const dir = copyStore();
  rmSync(join(dir, "telemetry.duckdb"));
  // A limit on the size of files stands for a disk without room: writes fail in the same place.
  for (const blocks of [300, 1000, 2000]) {
    const child = spawn(
      "bash",
      ["-c", `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, PROGRAM, join(dir, "telemetry.duckdb")],
      { stdio: ["ignore", "ignore", "ignore", "ipc"] },
    );
    await once(child, "exit");
  }
  await runToEnd(dir);
  await expectOnlyToldLost(dir, whole);
});
