import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MIGRATIONS } from "#server/telemetry/stores/duckdb/migrations.ts";
import {
  makeFileOfVersion,
  OLD_REPORTER,
  OLD_START,
  OLD_TIERS,
  OLD_TRACE,
  readTiers,
  runInFile,
} from "#server/telemetry/stores/duckdb/testing/file-of-version.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf } from "#server/telemetry/testing/reports.ts";

const PROGRAM = join(import.meta.dirname, "testing/migrate-process.ts");

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-migrate-"));
  path = join(dir, "telemetry.duckdb");
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Everything that the file was made with is there, and what comes now is stored beside it. */
async function expectWhole(): Promise<void> {
  const warnings: string[] = [];
  await (await duckdbTelemetry(path)).close();
  expect(await readTiers(path)).toEqual(OLD_TIERS);
  const telemetry = await duckdbTelemetry(path, { warn: (message) => warnings.push(message) });
  const { queries, ingest } = telemetry;
  const range = { startMs: OLD_START, endMs: OLD_START + 10_000 };
  expect(await queries.totals({ ...range, reporter: "source", workload: "productpage-v1" })).toEqual({
    total: 1,
    byCode: { "200": 1 },
  });
  expect(await queries.requests({ seconds: 7200, limit: 10 })).toMatchObject([{ path: "/old", traceId: OLD_TRACE }]);
  expect((await queries.trace(OLD_TRACE))?.spans).toMatchObject([{ service: "productpage.default", durationMs: 90 }]);
  expect((await queries.graph({ ...range, view: "service" })).gaps).toMatchObject([{ requests: 3 }]);
  const again = { side: "source", from: "productpage-v1", to: "reviews-v1", atMs: OLD_START, count: 5 } as const;
  const reporter = reporterOf("productpage-v1");
  expect(reporter.principal).toBe(OLD_REPORTER);
  expect((await ingest.takeReport(reportOf(7, [again]), reporter)).acknowledgedSequence).toBe(7);
  expect((await queries.totals({ ...range, reporter: "source" })).total).toBe(1);
  await ingest.takeReport(reportOf(8, [again, { ...again, to: "reviews-v2" }]), reporter);
  await telemetry.maintain();
  await telemetry.close();
  const reopened = await duckdbTelemetry(path, { warn: (message) => warnings.push(message) });
  expect((await reopened.queries.totals({ ...range, reporter: "source" })).total).toBe(11);
  await reopened.close();
  expect(warnings).toEqual([]);
  expect(readdirSync(dir).filter((name) => name.includes("damaged"))).toEqual([]);
}

test.each([
  [1, "", false],
  [2, " without a ledger", false],
  [2, "", true],
] as const)(
  "a file of version %i%s is made one of this version, with all that is in it",
  async (version, _, hasLedger) => {
    await makeFileOfVersion(path, version, hasLedger);
    await expectWhole();
  },
);

/** What makes a file of version 1 one of this version: each step's own statements, and those of its transaction. */
const STATEMENTS = MIGRATIONS.filter(({ version }) => version > 1).reduce(
  (sum, { statements }) => sum + ["BEGIN", ...statements, "UPDATE", "COMMIT"].length,
  0,
);

test.each(Array.from({ length: STATEMENTS }, (_, statement) => statement))(
  "a migration that is killed before its statement %i goes on at the next start, and nothing is lost",
  async (statement) => {
    await makeFileOfVersion(path, 1, false);
    const child = fork(PROGRAM, [path, String(statement)], { execPath: process.execPath, execArgv: [] });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    await expectWhole();
  },
);

test("a first start that is killed while it makes the file begins anew", async () => {
  const child = fork(PROGRAM, [path, "9"], { execPath: process.execPath, execArgv: [] });
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
  const telemetry = await duckdbTelemetry(path);
  const traffic = { side: "source", from: "productpage-v1", to: "reviews-v1", atMs: OLD_START, count: 5 } as const;
  await telemetry.ingest.takeReport(reportOf(1, [traffic]), reporterOf("productpage-v1"));
  await telemetry.close();
});

test("columns are filled by name: a file whose columns stand elsewhere, with one more, is filled as any other", async () => {
  await makeFileOfVersion(path, 2, true);
  await runInFile(path, [
    "ALTER TABLE keys DROP COLUMN reporter",
    "ALTER TABLE keys ADD COLUMN of_tomorrow VARCHAR DEFAULT 'x'",
    "ALTER TABLE keys ADD COLUMN reporter VARCHAR DEFAULT 'source'",
    "ALTER TABLE windows_10s DROP COLUMN count",
    "ALTER TABLE windows_10s ADD COLUMN count UBIGINT DEFAULT 1",
  ]);
  await expectWhole();
});

test("a file of a newer version is refused, with what to do, and left as it is", async () => {
  await makeFileOfVersion(path, 2, true);
  await runInFile(path, ["UPDATE schema_version SET version = 99", "CHECKPOINT"]);
  const before = readFileSync(path);
  const opening = duckdbTelemetry(path);
  await expect(opening).rejects.toMatchObject({
    code: "conflict",
    message: `telemetry store ${path} has schema 99, and this version of Pharos reads ${MIGRATIONS.at(-1)?.version}`,
    hint: expect.stringContaining("start the version that wrote it"),
  });
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(dir).filter((name) => name.includes("damaged"))).toEqual([]);
});
