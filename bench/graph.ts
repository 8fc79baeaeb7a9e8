import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GraphView } from "#core/graph/graph.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { BackgroundRounds, type RoundCost } from "./graph/background-rounds.ts";
import { fillWeek } from "./graph/fill-week.ts";
import { SqliteWindows } from "./graph/sqlite-windows.ts";
import { syntheticEdges, syntheticReports } from "./graph/synthetic-mesh.ts";
import { readFlags } from "./read-flags.ts";

const WINDOW_MS = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const VIEWS: readonly GraphView[] = ["service", "workload", "versioned-app"];

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function time<T>(work: () => T | Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const before = performance.now();
  const value = await work();
  return { ms: performance.now() - before, value };
}

/** A day and a week before what is stored, and their graphs. */
async function overLong(store: RunningTelemetry, path: string, now: () => number, rounds: number) {
  await store.close();
  await fillWeek(path, now());
  const reopened = await duckdbTelemetry(path, { now });
  const long: Record<string, { median: number; max: number }> = {};
  for (const [name, days] of [
    ["day", 1],
    ["week", 7],
  ] as const) {
    const taken: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const range = { startMs: now() - days * 24 * HOUR_MS, endMs: now() };
      const { ms } = await time(() => reopened.queries.graph({ ...range, view: "workload" }));
      if (round > 0) taken.push(ms);
    }
    long[name] = { median: median(taken), max: Math.max(...taken) };
  }
  return { long, reopened };
}

/** The graph of an hour: the store fed as agents feed it, beside SQLite summing the same windows. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { services: "1000", edges: "5000", minutes: "66", rounds: "9", objectives: "100" });
  const edges = syntheticEdges(Number(values.services), Number(values.edges));
  const dir = mkdtempSync(join(tmpdir(), "pharos-bench-graph-"));
  // Half a window before the end of ten minutes: the largest share of the hour is in fine windows.
  let now = Math.floor(Date.now() / 600_000) * 600_000 - 5000;
  const endMs = now;
  const startMs = Math.floor((endMs - Number(values.minutes) * MINUTE_MS) / WINDOW_MS) * WINDOW_MS;
  now = startMs;
  const path = join(dir, "telemetry.duckdb");
  let store = await duckdbTelemetry(path, { now: () => now });
  const peer = new SqliteWindows(join(dir, "windows.sqlite"));
  try {
    let windows = 0;
    let ingestMs = 0;
    const takeWindow = async (atMs: number, sequence: number): Promise<void> => {
      const reports = syntheticReports(edges, atMs, sequence);
      now = atMs + WINDOW_MS;
      ingestMs += (
        await time(() => Promise.all(reports.map(({ report, reporter }) => store.ingest.takeReport(report, reporter))))
      ).ms;
      ingestMs += (await time(() => store.maintain())).ms;
      const all = reports.flatMap(({ report }) => report.windows);
      peer.add(all);
      windows += all.length;
    };
    let sequence = 1;
    for (let atMs = startMs; atMs < endMs; atMs += WINDOW_MS, sequence += 1) {
      await takeWindow(atMs, sequence);
      if (values.output === "table" && sequence % 30 === 0)
        process.stderr.write(
          `\r${Math.round((100 * (atMs - startMs)) / (endMs - startMs))} % of ${values.minutes} minutes`,
        );
    }
    now = endMs;
    const range = { startMs: endMs - HOUR_MS, endMs };
    let atMs = endMs;
    const graphs: Record<string, { median: number; max: number; nodes: number; edges: number }> = {};
    for (const view of VIEWS) {
      const taken: number[] = [];
      let size = { nodes: 0, edges: 0 };
      for (let round = 0; round <= Number(values.rounds); round += 1) {
        // As a console asks that looks on: of an hour that ends with a window which was not there before.
        await takeWindow(Math.floor(atMs / WINDOW_MS) * WINDOW_MS, sequence);
        [atMs, sequence] = [atMs + WINDOW_MS, sequence + 1];
        const { ms, value } = await time(() => store.queries.graph({ startMs: now - HOUR_MS, endMs: now, view }));
        size = { nodes: value.nodes.length, edges: value.edges.length };
        // The first warms the caches that the second finds.
        if (round > 0) taken.push(ms);
      }
      graphs[view] = { median: median(taken), max: Math.max(...taken), ...size };
    }
    // As the first page after a start asks: the file is opened again, and nothing of it is in memory.
    await store.close();
    store = await duckdbTelemetry(path, { now: () => now });
    const cold = await time(() => store.queries.graph({ startMs: now - HOUR_MS, endMs: now, view: "workload" }));
    const background = new BackgroundRounds(store, dir, () => now, Number(values.objectives));
    const costs: RoundCost[] = [];
    for (let minute = 0; minute <= Number(values.rounds); minute += 1) {
      for (let window = 0; window < MINUTE_MS / WINDOW_MS; window += 1) {
        await takeWindow(Math.floor(atMs / WINDOW_MS) * WINDOW_MS, sequence);
        [atMs, sequence] = [atMs + WINDOW_MS, sequence + 1];
      }
      costs.push(await background.run());
    }
    // The first reads all of the time that is looked at, and is told apart.
    const [first, ...later] = costs;
    const costOf = (part: keyof RoundCost) => ({
      first: Math.round(first?.[part] ?? Number.NaN),
      each: Math.round(median(later.map((each) => each[part]))),
    });
    const backgroundCpuMs = { health: costOf("health"), objectives: costOf("objectives"), rule: costOf("rule") };
    const { long, reopened } = await overLong(store, path, () => now, Number(values.rounds));
    store = reopened;
    const peerMs: number[] = [];
    for (let round = 0; round < 3; round += 1) peerMs.push((await time(() => peer.sum(range.startMs, range.endMs))).ms);
    const result = {
      services: Number(values.services),
      edges: Number(values.edges),
      windows,
      ingestWindowsPerSecond: Math.round((windows / ingestMs) * 1000),
      graphMs: graphs,
      coldGraphMs: cold.ms,
      longRangeMs: long,
      backgroundCpuMs,
      sqliteSumMs: median(peerMs),
      storeMb: statSync(join(dir, "telemetry.duckdb")).size / 1e6,
      sqliteMb: statSync(join(dir, "windows.sqlite")).size / 1e6,
      rssMb: process.memoryUsage.rss() / 1e6,
    };
    if (values.output === "json") process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else {
      process.stdout.write(
        `\n${result.windows} windows of ${result.services} services and ${result.edges} edges, taken in at ${result.ingestWindowsPerSecond} a second\n`,
      );
      for (const [view, { median: middle, max, nodes, edges: drawn }] of Object.entries(graphs)) {
        process.stdout.write(
          `graph of an hour, ${view.padEnd(13)} ${middle.toFixed(0).padStart(6)} ms (longest ${max.toFixed(0)} ms)   ${nodes} nodes, ${drawn} edges\n`,
        );
      }
      process.stdout.write(
        `graph of an hour, the first of a start   ${result.coldGraphMs.toFixed(0).padStart(6)} ms\n`,
      );
      for (const [name, { median: middle, max }] of Object.entries(result.longRangeMs))
        process.stdout.write(
          `graph of a ${name.padEnd(22)} ${middle.toFixed(0).padStart(6)} ms (longest ${max.toFixed(0)} ms)\n`,
        );
      for (const [what, { first: ofFirst, each }] of Object.entries(result.backgroundCpuMs))
        process.stdout.write(
          `background, ${what.padEnd(27)} ${String(each).padStart(6)} ms of CPU (the first ${ofFirst} ms)\n`,
        );
      process.stdout.write(
        `SQLite, summing an hour alone            ${result.sqliteSumMs.toFixed(0).padStart(6)} ms\n`,
      );
      process.stdout.write(
        `files: ${result.storeMb.toFixed(0)} MB, SQLite ${result.sqliteMb.toFixed(0)} MB; memory ${result.rssMb.toFixed(0)} MB\n`,
      );
    }
  } finally {
    await store.close();
    peer.close();
    rmSync(dir, { recursive: true });
  }
}
