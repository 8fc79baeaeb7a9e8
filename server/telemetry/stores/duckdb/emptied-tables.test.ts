import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seriesLabels } from "#core/promql/series-labels.ts";
import { TABLES } from "#server/telemetry/stores/duckdb/duckdb-tables.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import {
  reporterOf,
  reportOf,
  resourceLogsOf,
  type SpanCase,
  spanBytes,
  type Traffic,
} from "#server/telemetry/testing/reports.ts";

const MINUTE = 60_000;
/** The last hour of a day: soon after it windows of each length tell of it. */
const START = Date.UTC(2026, 2, 1, 23);
const TRAFFIC: Traffic = { side: "source", from: "productpage-v1", to: "reviews-v1", atMs: START, count: 5 };
const SPAN: SpanCase = {
  trace: "0af7651916cd43dd8448eb211c80319c",
  id: "b7ad6b7169203331",
  service: "reviews",
  name: "reviews",
  atMs: START,
  durationMs: 5,
};

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-emptied-"));
  path = join(dir, "telemetry.duckdb");
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A store that was rolled up to a day, with a row in each table; without segments unless they are asked for. */
async function fill({ hasSegments = false } = {}): Promise<void> {
  let now = START + 30_000;
  const store = await duckdbTelemetry(path, { now: () => now });
  const report = reportOf(1, [TRAFFIC], {
    spans: [spanBytes(SPAN)],
    gaps: [[START, START + 5000, "Envoy was killed", 3]],
  });
  await store.ingest.takeReport(report, reporterOf("productpage-v1"));
  await store.samples.take("someone", [
    { labels: seriesLabels([["__name__", "up"]]), samples: [{ atMs: START, value: 1 }] },
  ]);
  await store.ingest.takeLogs([resourceLogsOf({ service: "reviews", body: "came", atMs: START })], "application");
  now = START + 90 * MINUTE;
  await store.maintain();
  await store.close();
  if (!hasSegments) rmSync(join(dir, "telemetry.segments"), { recursive: true });
}

async function run(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

async function countRows(tables: readonly string[]): Promise<Record<string, number>> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const sql = tables
    .map((name) => `SELECT '${name}' AS name, count(*)::INTEGER AS rows FROM ${name}`)
    .join(" UNION ALL ");
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJS();
  connection.closeSync();
  instance.closeSync();
  return Object.fromEntries(rows.map(({ name, rows: count }) => [String(name), Number(count)]));
}

/** What an opening says, and what is told then of the time that the traffic was of. */
async function open() {
  const warnings: string[] = [];
  const store = await duckdbTelemetry(path, {
    now: () => START + 91 * MINUTE,
    warn: (reason) => warnings.push(reason),
  });
  const graph = await store.queries.graph({ view: "workload", startMs: START, endMs: START + 10 * MINUTE });
  return { store, warnings, graph };
}

const LOST: Readonly<Record<string, RegExp>> = {
  keys: /lost what it stored between .*: the labels of 5 requests, which cannot be shown without; table keys: 1 rows$/,
  windows_10s: /table windows_10s: 5 requests$/,
  windows_1m: /table windows_1m: 5 requests$/,
  windows_10m: /table windows_10m: 5 requests$/,
  windows_1h: /table windows_1h: 5 requests$/,
  windows_1d: /table windows_1d: 5 requests$/,
  requests: /table requests: 1 rows$/,
  shapes: /table shapes: 5 requests$/,
  spans: /table spans: 1 rows$/,
  logs: /table logs: 1 rows$/,
  gaps: /table gaps: 1 rows$/,
  reports: /table reports: 1 rows$/,
  series: /table series: 1 rows$/,
  points: /table points: 1 rows$/,
  ledger: /table ledger: all rows$/,
  rolled: /did not say up to when it had rolled up; what its windows say is taken, and nothing is lost$/,
};

test.each(TABLES.map(({ name }) => name))(
  "a table %s that was emptied is told of once, with its size",
  async (table) => {
    await fill();
    await run(`DELETE FROM ${table}`);
    const { store, warnings, graph } = await open();
    expect(warnings).toEqual([expect.stringMatching(LOST[table] ?? /^$/)]);
    if (table !== "rolled") expect(graph.gaps.map(({ reason }) => reason)).toContain(warnings[0]);
    await store.close();
    const again = await open();
    expect(again.warnings).toEqual([]);
    await again.store.close();
  },
);

test.each(["keys", "windows_1m", "windows_10m", "windows_1h", "spans", "series"])(
  "a table %s that was emptied is there again where its time was in segments",
  async (table) => {
    await fill({ hasSegments: true });
    const tables = [
      "windows_10s",
      "windows_1m",
      "windows_10m",
      "windows_1h",
      "requests",
      "shapes",
      "spans",
      "logs",
      "gaps",
      "points",
    ];
    const before = await countRows(tables);
    await run(`DELETE FROM ${table}`);
    const { store, warnings } = await open();
    expect(warnings).toEqual([expect.stringMatching(/lost nothing of what it had acknowledged/)]);
    await store.maintain();
    await store.maintain();
    await store.close();
    expect({ ...(await countRows(tables)), gaps: 0 }).toEqual({ ...before, gaps: 0 });
    const again = await open();
    expect(again.warnings).toEqual([]);
    await again.store.close();
  },
);

test("hours and days that miss nothing stay as they are where the ten minutes that they were made of come back", async () => {
  await fill({ hasSegments: true });
  for (const table of ["windows_1h", "windows_1d"]) await run(`UPDATE ${table} SET duration_sum = 12345`);
  await run("DELETE FROM windows_10m");
  const { store } = await open();
  await store.maintain();
  await store.maintain();
  await store.close();
  expect(await countRows(["windows_10m", "windows_1h", "windows_1d"])).toEqual({
    windows_10m: 1,
    windows_1h: 1,
    windows_1d: 1,
  });
  await run(
    "CREATE TABLE kept AS SELECT * FROM windows_1h WHERE duration_sum = 12345 UNION ALL SELECT * FROM windows_1d WHERE duration_sum = 12345",
  );
  expect(await countRows(["kept"])).toEqual({ kept: 2 });
});

test("requests whose labels are gone are nobody else's afterwards", async () => {
  await fill();
  await run("DELETE FROM keys");
  const { store, graph } = await open();
  expect(graph.edges).toEqual([]);
  await store.ingest.takeReport(
    reportOf(2, [{ ...TRAFFIC, to: "ratings-v1", count: 2 }]),
    reporterOf("productpage-v1"),
  );
  const totals = await store.queries.totals({ reporter: "source", startMs: START, endMs: START + 10 * MINUTE });
  expect(totals.total).toBe(2);
  await store.close();
});

test("a store that lost where it was in rolling up adds nothing twice and leaves nothing out", async () => {
  await fill();
  await run("DELETE FROM rolled");
  const { store } = await open();
  await store.maintain();
  for (const endMs of [START + MINUTE, START + 10 * MINUTE])
    expect((await store.queries.totals({ reporter: "source", startMs: START, endMs })).total).toBe(5);
  await store.close();
});

test("a file of before rows were counted says nothing, and is counted from then on", async () => {
  await fill();
  await run(`UPDATE ledger SET added = '{"reports":1,"requests":5,"samples":1,"spans":1}'`);
  const { store, warnings } = await open();
  expect(warnings).toEqual([]);
  await store.ingest.takeReport(reportOf(2, [TRAFFIC]), reporterOf("productpage-v1"));
  await store.close();
  await run("DELETE FROM requests");
  const later = await open();
  expect(later.warnings).toEqual([expect.stringMatching(/table requests: 2 rows$/)]);
  await later.store.close();
});
