import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Refused } from "#core/limits/limit-book.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf } from "#server/telemetry/testing/reports.ts";

const START = Date.UTC(2026, 2, 1, 12);
const HOSTS = 40_000;
const PER_REPORT = 2000;
const REVIEWS = "reviews.default.svc.cluster.local";
/** A sample of Prometheus' text format: a name, labels in quotes, a number. */
const SAMPLE = /^[a-z_]+\{([a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)+\} [0-9.e+]+$/;

let dir: string;
let store: RunningTelemetry;
let refused: Refused[];
let now: number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-cardinality-"));
  now = START;
  refused = [];
  store = await duckdbTelemetry(join(dir, "t.duckdb"), {
    now: () => now,
    onLimit: (each) => void refused.push(each),
  });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** One call to each of so many hosts that a caller made up, in reports of one agent. */
async function callMadeUpHosts(reporter: Reporter): Promise<void> {
  for (let first = 0; first < HOSTS; first += PER_REPORT) {
    const traffic = Array.from({ length: PER_REPORT }, () => ({
      side: "source" as const,
      from: reporter.workload?.workload ?? "unknown",
      to: "unknown",
      atMs: START,
      count: 1,
      code: 404,
    }));
    const report = reportOf(1 + first / PER_REPORT, traffic);
    for (const [index, window] of report.windows.entries()) window.destinationService = `h${first + index}.made.up`;
    await store.ingest.takeReport(report, reporter);
  }
}

const seriesOf = (name: string): string[] =>
  [...store.metrics.text()]
    .join("")
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`));

const sumOf = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);

async function totalOf(reporter: Reporter): Promise<number> {
  const { total } = await store.queries.totals({
    reporter: "source",
    workload: reporter.workload?.workload ?? "",
    startMs: START,
    endMs: START + 10_000,
  });
  return total;
}

test("40,000 hosts that the mesh does not know are one service, and every call is counted", async () => {
  const known = reporterOf("productpage-v1");
  await callMadeUpHosts({ ...known, knownHost: (host) => (host === REVIEWS ? host : undefined) });
  const series = seriesOf("istio_requests_total");
  expect(series).toHaveLength(1);
  expect(series[0]).toContain('destination_service="unknown"');
  expect(series[0]?.endsWith(` ${HOSTS}`)).toBe(true);
  expect(await totalOf(known)).toBe(HOSTS);
  const { nodes } = await store.queries.graph({ view: "service", startMs: START, endMs: START + 10_000 });
  expect(nodes.length).toBeLessThan(5);
  expect(refused).toEqual([]);
});

test("an agent that names 40,000 services has a bounded number of keys, is told of, and leaves the others theirs", async () => {
  const hostile = reporterOf("hostile-v1");
  await callMadeUpHosts(hostile);
  const page = [...store.metrics.text()];
  const lines = page.join("").split("\n");
  const counts = lines.filter((line) => line.startsWith("istio_requests_total{"));
  expect(counts.length).toBeLessThanOrEqual(1100);
  expect(sumOf(counts)).toBe(HOSTS);
  for (const line of lines) if (line !== "" && !line.startsWith("#")) expect(line).toMatch(SAMPLE);
  expect(Math.max(...page.map(({ length }) => length))).toBeLessThan(200_000);
  const told = refused.filter(({ limit }) => limit === "metric keys");
  expect(new Set(told.map(({ party }) => party))).toEqual(new Set([hostile.principal]));
  expect(told.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(HOSTS - 5500);

  const honest = reporterOf("productpage-v1");
  await store.ingest.takeReport(
    reportOf(1, [{ side: "source", from: "productpage-v1", to: "reviews-v1", atMs: START, count: 3 }]),
    honest,
  );
  expect(
    seriesOf("istio_requests_total")
      .find((line) => line.includes(REVIEWS))
      ?.endsWith(" 3"),
  ).toBe(true);
});

test("series that nobody counts any more end after an hour", async () => {
  await store.ingest.takeReport(
    reportOf(1, [{ side: "source", from: "productpage-v1", to: "reviews-v1", atMs: START, count: 3 }]),
    reporterOf("productpage-v1"),
  );
  now += 3_599_000;
  await store.maintain();
  expect(seriesOf("istio_requests_total")).toHaveLength(1);
  now += 2000;
  await store.maintain();
  expect(seriesOf("istio_requests_total")).toHaveLength(0);
});
