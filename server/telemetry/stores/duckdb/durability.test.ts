import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf } from "#server/telemetry/testing/reports.ts";

interface Said {
  readonly acknowledged?: number;
  readonly code?: string;
  readonly message?: string;
}

const PROGRAM = join(import.meta.dirname, "../../testing/ingest-process.ts");
const START = Math.floor((Date.now() - 60_000) / 10_000) * 10_000;
const WINDOWS_PER_REPORT = 200;

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-durability-"));
  path = join(dir, "telemetry.duckdb");
});
afterEach(() => rmSync(dir, { recursive: true }));

async function countStored(): Promise<number> {
  const store = await duckdbTelemetry(path);
  const { total } = await store.queries.totals({ reporter: "source", startMs: START, endMs: START + 10_000 });
  await store.close();
  return total;
}

/** Kills the child after some acknowledgements; resolves with the last. */
async function killAfter(child: ChildProcess, acknowledgements: number): Promise<number> {
  let last = 0;
  child.on("message", ({ acknowledged }: Said) => {
    last = acknowledged ?? last;
    if (last >= acknowledgements) child.kill("SIGKILL");
  });
  await once(child, "exit");
  return last;
}

test("a killed server has stored what it acknowledged, and nothing by halves", async () => {
  let last = 0;
  for (const until of [3, 20, 21]) {
    const child = fork(PROGRAM, [path, String(last + 1), String(START)], { execPath: process.execPath, execArgv: [] });
    last = await killAfter(child, until);
    expect(last).toBeGreaterThanOrEqual(until);
    const stored = await countStored();
    expect(stored % WINDOWS_PER_REPORT).toBe(0);
    // The report under way when it died may be stored and not acknowledged; its agent sends it again.
    expect(stored / WINDOWS_PER_REPORT - last).toBeGreaterThanOrEqual(0);
    last = stored / WINDOWS_PER_REPORT;
  }
});

test("on a full disk reports are not acknowledged, with the reason, and what was acknowledged is there", async () => {
  // A limit on the size of files stands for a disk without room: writes fail in the same place.
  const child = spawn(
    "bash",
    ["-c", `ulimit -f 1024; exec "$0" "$@"`, process.execPath, PROGRAM, path, "1", String(START)],
    { stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );
  let last = 0;
  let failure: Said | undefined;
  child.on("message", (said: Said) => {
    if (said.acknowledged === undefined) failure = said;
    else last = said.acknowledged;
  });
  await once(child, "exit");
  expect(failure).toMatchObject({ code: "exhausted" });
  expect(failure?.message).toContain(path);
  expect(failure?.message).toContain("free space");
  expect(last).toBeGreaterThan(0);
  expect(await countStored()).toBe(last * WINDOWS_PER_REPORT);
});

test.each([
  ["is something else", () => writeFileSync(path, "x".repeat(100_000))],
  ["is empty", () => writeFileSync(path, "")],
  ["lost its end", () => truncateSync(path, 8192)],
])("a file that %s is moved aside and told of; a new one takes reports", async (_, damage) => {
  const before = await duckdbTelemetry(path);
  await before.ingest.takeReport(
    reportOf(1, [{ side: "source", from: "productpage-v1", to: "reviews-v1", atMs: START, count: 5 }]),
    reporterOf("productpage-v1"),
  );
  await before.close();
  damage();
  const warnings: string[] = [];
  const store = await duckdbTelemetry(path, {
    warn: (message) => warnings.push(message),
  });
  const aside = readdirSync(dir).find((name) => name.includes("damaged"));
  expect(aside).toBeDefined();
  expect(warnings).toEqual([expect.stringContaining(String(aside))]);
  const { gaps } = await store.queries.graph({ view: "service", startMs: START, endMs: START + 10_000 });
  expect(gaps).toMatchObject([{ reason: expect.stringContaining(String(aside)) }]);
  await store.ingest.takeReport(
    reportOf(2, [{ side: "source", from: "productpage-v1", to: "reviews-v1", atMs: START, count: 7 }]),
    reporterOf("productpage-v1"),
  );
  expect((await store.queries.totals({ reporter: "source", startMs: START, endMs: START + 10_000 })).total).toBe(7);
  await store.close();
});

/** Leaves a file and a log with reports 1 to `reports` in them. */
async function killedStore(reports: number): Promise<void> {
  const child = fork(PROGRAM, [path, "1", String(START)], { execPath: process.execPath, execArgv: [] });
  expect(await killAfter(child, reports)).toBeGreaterThanOrEqual(reports);
}

test("a log that cannot be read is moved aside and told of; what the file holds stays", async () => {
  const before = await duckdbTelemetry(path);
  const traffic = { side: "source", from: "productpage-v1", to: "reviews-v1", atMs: START, count: 5 } as const;
  await before.ingest.takeReport(reportOf(1, [traffic], { storeId: "before" }), reporterOf("productpage-v1"));
  await before.close();
  await killedStore(20);
  const { size } = statSync(`${path}.wal`);
  const log = openSync(`${path}.wal`, "r+");
  writeSync(log, "X".repeat(40), Math.floor(size / 2));
  closeSync(log);
  const warnings: string[] = [];
  const store = await duckdbTelemetry(path, {
    warn: (message) => warnings.push(message),
  });
  expect(warnings).toEqual([expect.stringMatching(/damaged-.*\.wal$/)]);
  expect((await store.queries.totals({ reporter: "source", startMs: START, endMs: START + 10_000 })).total).toBe(5);
  await store.close();
});

test("a file that is gone from beside its log is told of, and the log is kept", async () => {
  await killedStore(3);
  rmSync(path);
  const warnings: string[] = [];
  const store = await duckdbTelemetry(path, {
    warn: (message) => warnings.push(message),
  });
  expect(warnings).toHaveLength(1);
  expect(readdirSync(dir).some((name) => /damaged-.*\.wal$/.test(name))).toBe(true);
  await store.close();
});

test("what an agent had acknowledged and a cut log lost is told as a gap when the agent goes on", async () => {
  await killedStore(20);
  truncateSync(`${path}.wal`, Math.floor(statSync(`${path}.wal`).size / 2));
  const stored = (await countStored()) / WINDOWS_PER_REPORT;
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(20);
  const store = await duckdbTelemetry(path);
  const again = { side: "source", from: "productpage-v1", to: "reviews-v1", atMs: START, count: 5 } as const;
  await store.ingest.takeReport(reportOf(40, [again]), reporterOf("productpage-v1"));
  await store.ingest.takeReport(reportOf(41, [again]), reporterOf("productpage-v1"));
  const { gaps } = await store.queries.graph({ view: "service", startMs: START, endMs: START + 10_000 });
  expect(gaps.map(({ reason }) => reason)).toEqual([
    expect.stringContaining(`reports ${stored + 1} to 39 of this agent are not in the telemetry store`),
  ]);
  await store.close();
});

test("a file that another server holds is refused by name, and left alone", async () => {
  const child = fork(PROGRAM, [path, "1", String(START)], { execPath: process.execPath, execArgv: [] });
  await once(child, "message");
  await expect(duckdbTelemetry(path)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("held by another process"),
  });
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  expect(existsSync(path)).toBe(true);
});
