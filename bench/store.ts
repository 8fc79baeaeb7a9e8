import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePrometheus } from "#server/prometheus/make-prometheus.ts";
import { asCounted } from "#server/prometheus/traffic-families.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { type RunningPrometheus, startPrometheus } from "#testing/prometheus/start-prometheus.ts";
import { syntheticEdges } from "./graph/synthetic-mesh.ts";
import { readFlags } from "./read-flags.ts";
import { printReport, type ReportRow } from "./report.ts";
import { takeWindow } from "./store/busy-mesh.ts";
import { compareAnswers } from "./store/compare-answers.ts";
import { type Asked, askPromql, type Question, questionsOf, RATES, type Span } from "./store/questions.ts";
import { ScrapedSeries } from "./store/scraped-series.ts";

const WINDOW_MS = 10_000;
const MINUTE_MS = 60_000;
/** How often the Prometheus would have looked. */
const SCRAPE_MS = 30_000;
/** Its head takes samples of the last hour in order: they are handed over before that. */
const WRITE_MS = 20 * MINUTE_MS;
/** Smaller tables than this part of the file are not listed. */
const TABLE_SHARE_MIN = 50;
const RUNS = 5;
/** Before they are timed: caches fill, and code is compiled. */
const WARM_RUNS = 3;

interface Timed {
  readonly question: string;
  readonly oursMs: number;
  readonly peerMs: number | undefined;
}

interface Scale {
  readonly times: number;
  readonly minutes: number;
  readonly requests: number;
  readonly bytes: number;
  readonly bytesPerMillion: number;
  readonly bytesByTable: Readonly<Record<string, number>>;
  readonly peerSamples: number;
  readonly peerBytes: number;
  /** Of the first stretch's length, at the end. */
  readonly newest: readonly Timed[];
  readonly all: readonly Timed[];
  readonly agreement: { readonly series: number; readonly differenceMax: number };
}

async function medianMs(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < WARM_RUNS; run += 1) await ask();
  for (let run = 0; run < RUNS; run += 1) {
    const begun = performance.now();
    await ask();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1] ?? Number.NaN;
}

async function timeAll(questions: readonly Question[], range: Span): Promise<Timed[]> {
  const timed: Timed[] = [];
  for (const { name, ask, peer } of questions)
    timed.push({
      question: name,
      oursMs: await medianMs(() => ask(range)),
      peerMs: peer === undefined ? undefined : await medianMs(() => peer(range)),
    });
  return timed;
}

function bytesOf(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, { parentPath, name }) => sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}

async function measure(
  asked: Asked,
  prometheus: RunningPrometheus,
  { times, minutes, range, first }: { times: number; minutes: number; range: Span; first: number },
  told: { readonly requests: number; readonly samples: number },
): Promise<Scale> {
  const { store } = asked;
  const questions = questionsOf(asked);
  const { usedBytes, tables, segments } = await store.storage();
  const agreement = askPromql(asked, range, RATES);
  return {
    times,
    minutes,
    requests: told.requests,
    bytes: usedBytes,
    bytesPerMillion: (usedBytes / told.requests) * 1e6,
    bytesByTable: {
      ...Object.fromEntries(tables.map(({ name, bytes }) => [name, bytes])),
      "segments of all": segments?.bytes ?? 0,
    },
    peerSamples: told.samples,
    peerBytes: bytesOf(prometheus.data),
    newest: await timeAll(questions, { startMs: range.endMs - first, endMs: range.endMs }),
    all: await timeAll(questions, range),
    agreement: compareAnswers(await agreement.ask(), await agreement.peer()),
  };
}

function largestTables(scale: Scale | undefined): string[] {
  const tables = Object.entries(scale?.bytesByTable ?? {}).filter(
    ([, bytes]) => bytes * TABLE_SHARE_MIN > (scale?.bytes ?? 0),
  );
  return tables.sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function rowsOf(scales: readonly Scale[], which: "newest" | "all"): ReportRow[] {
  const names = scales[0]?.[which].map(({ question }) => question) ?? [];
  return names.map((name, index) => ({
    what: `${which === "newest" ? "newest stretch" : "all of it"}: ${name}`,
    values: scales.flatMap((scale) => {
      const { oursMs, peerMs } = scale[which][index] ?? {};
      const ratio = oursMs === undefined || peerMs === undefined ? undefined : oursMs / peerMs;
      return [oursMs, peerMs, ratio];
    }),
  }));
}

/**
 * A mesh's telemetry as it grows: how many bytes are stored, and how long answers take, of a stretch of always the same length and of all
 * there is, beside a real Prometheus that has the same series.
 */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { services: "50", edges: "100", minutes: "10", times: "1,10,100", samples: "4" });
  const edges = syntheticEdges(Number(values.services), Number(values.edges));
  const firstMs = Number(values.minutes) * MINUTE_MS;
  const scales = values.times.split(",").map(Number);
  const endMs = Math.floor(Date.now() / (10 * MINUTE_MS)) * 10 * MINUTE_MS;
  const startMs = endMs - firstMs * Math.max(...scales);
  const dir = mkdtempSync(join(tmpdir(), "pharos-bench-store-"));
  const prometheus = await startPrometheus();
  let now = startMs;
  let store: RunningTelemetry | undefined;
  try {
    store = await duckdbTelemetry(join(dir, "telemetry.duckdb"), { now: () => now });
    const scraped = new ScrapedSeries();
    store.onWindow((window) => scraped.add(window));
    const { readers, retention, queries } = store;
    const api = makePrometheus({
      store: readers,
      relabel: asCounted,
      retention,
      now: () => now,
      settledMs: () => now,
      version: "bench",
    });
    const measured: Scale[] = [];
    let [requests, sequence, ingestMs] = [0, 1, 0];
    for (let atMs = startMs; atMs < endMs && measured.length < scales.length; atMs += WINDOW_MS, sequence += 1) {
      now = atMs + WINDOW_MS;
      const begun = performance.now();
      requests += (await takeWindow(store, edges, atMs, sequence, Number(values.samples))).requests;
      if (now % MINUTE_MS === 0) await store.maintain();
      ingestMs += performance.now() - begun;
      if (now % SCRAPE_MS === 0) scraped.scrape(now);
      const times = scales[measured.length] ?? Number.NaN;
      const isDue = now - startMs >= times * firstMs;
      if (isDue || (now - startMs) % WRITE_MS === 0) await scraped.write(prometheus.url);
      if (!isDue) continue;
      process.stderr.write(
        `… ${times} times ${values.minutes} minutes are taken in, at ${Math.round(requests / ingestMs)} requests a ms; they are asked for\n`,
      );
      await store.maintain();
      const { services } = { services: await queries.services({ startMs: now - firstMs, endMs: now }) };
      const host = [...services].sort((a, b) => b.requestsPerSecond - a.requestsPerSecond)[0]?.host ?? "";
      measured.push(
        await measure(
          { store, api, url: prometheus.url, host },
          prometheus,
          { times, minutes: Number(values.minutes) * times, range: { startMs, endMs: now }, first: firstMs },
          { requests, samples: scraped.samples },
        ),
      );
    }
    const each = (
      what: string,
      ours: (scale: Scale) => number | undefined,
      theirs: (scale: Scale) => number | undefined = () => undefined,
    ): ReportRow => ({
      what,
      values: measured.flatMap((scale) => {
        const [mine, other] = [ours(scale), theirs(scale)];
        return [mine, other, mine === undefined || other === undefined ? undefined : mine / other];
      }),
    });
    printReport(
      values.output,
      { services: Number(values.services), edges: edges.length, series: scraped.size, scales: measured },
      {
        title: `${values.services} services, ${edges.length} edges, ${scraped.size} series in Prometheus; ms, median of ${RUNS}`,
        sides: measured.flatMap(({ times }) => [`${times}x Pharos`, "Prometheus", "ratio"]),
        rows: [
          each("minutes", ({ minutes }) => minutes),
          each("requests, millions", (scale) => scale.requests / 1e6),
          each(
            "MB on the disk",
            (scale) => scale.bytes / 1e6,
            ({ peerBytes }) => peerBytes / 1e6,
          ),
          each("MB for a million requests", (scale) => scale.bytesPerMillion / 1e6),
          ...largestTables(measured.at(-1)).map((table) =>
            each(`  of these ${table}`, ({ bytesByTable, requests: of }) => (bytesByTable[table] ?? 0) / of),
          ),
          ...rowsOf(measured, "newest"),
          ...rowsOf(measured, "all"),
          each("PromQL's rates: series", ({ agreement }) => agreement.series),
          each("PromQL's rates differ by at most, %", ({ agreement }) => agreement.differenceMax * 100),
        ],
        notes: [
          "Prometheus has counts and durations alone, looks every 30 s, and is asked over HTTP; Pharos has sizes, shapes, requests and spans too, and answers in this process.",
        ],
      },
    );
  } finally {
    await store?.close();
    await prometheus.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
