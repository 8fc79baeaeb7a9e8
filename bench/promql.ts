import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seriesLabels } from "#core/promql/series-labels.ts";
import { makePrometheus } from "#server/prometheus/make-prometheus.ts";
import { asCounted } from "#server/prometheus/traffic-families.ts";
import { DEFAULT_RETENTION } from "#server/telemetry/ports/retention.ts";
import { openDuckdbStore } from "#server/telemetry/stores/duckdb/duckdb-store.ts";
import { startPrometheus } from "#testing/prometheus/start-prometheus.ts";
import { remoteWrite } from "#testing/prometheus/write-request.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";

const EVERY_MS = 15_000;
const SAMPLES = 240;
const RUNS = 7;

const QUERIES = {
  "sum(rate) over an hour": "sum(rate(requests_total[5m]))",
  "sum by of a quarter": 'sum by (service) (rate(requests_total{code="503"}[5m]))',
  "topk of increases": "topk(10, sum by (service) (increase(requests_total[10m])))",
  "quotient of two sums":
    'sum by (service) (rate(requests_total{code=~"5.."}[5m])) / sum by (service) (rate(requests_total[5m]))',
  "a subquery": "max_over_time(sum(rate(requests_total[1m]))[30m:1m])",
} as const;

async function medianMs(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const begun = performance.now();
    await ask();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1] ?? Number.NaN;
}

/** The same series of an hour, a sample every 15 s, in this store and in a real Prometheus: queries over all of it, 61 steps each. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { series: "2000" });
  const count = Number(values.series);
  const endMs = Math.floor(Date.now() / 60_000) * 60_000;
  const startMs = endMs - SAMPLES * EVERY_MS;
  const dir = mkdtempSync(join(tmpdir(), "pharos-promql-"));
  const prometheus = await startPrometheus();
  const store = await openDuckdbStore({
    path: join(dir, "telemetry.duckdb"),
    now: Date.now,
    retention: DEFAULT_RETENTION,
    warn: () => undefined,
    onLoss: () => undefined,
    onSetAside: () => undefined,
    onOpen: () => undefined,
  });
  try {
    const labelled = Array.from({ length: count }, (_, index) => {
      const code = ["200", "404", "500", "503"][index % 4] ?? "200";
      return { __name__: "requests_total", service: `s${(index >> 2) % 200}`, instance: `i${index}`, code };
    });
    const series = labelled.map((labels) => ({ account: "bench", labels: seriesLabels(Object.entries(labels)) }));
    for (let sample = 0; sample <= SAMPLES; sample += 1) {
      const atMs = startMs + sample * EVERY_MS;
      const countOf = (index: number): number => sample * ((index % 17) + 1);
      await store.samples.store(series.map((each, index) => ({ series: each, atMs, value: countOf(index) })));
      await remoteWrite(
        `${prometheus.url}/api/v1/write`,
        labelled.map((labels, index) => ({ labels, samples: [[atMs, countOf(index)]] })),
      );
    }
    const api = makePrometheus({
      store,
      relabel: asCounted,
      retention: DEFAULT_RETENTION,
      now: Date.now,
      settledMs: Date.now,
      version: "bench",
    });
    const rows: Record<string, { pharosMs: number; prometheusMs: number; ratio: number }> = {};
    for (const [what, query] of Object.entries(QUERIES)) {
      const params = new URLSearchParams({
        query,
        start: String((endMs - 3_600_000) / 1000),
        end: String(endMs / 1000),
        step: "60",
      });
      const pharosMs = await medianMs(() =>
        api.answer("/api/v1/query_range", params, { isGone: () => false, account: "a" }),
      );
      const prometheusMs = await medianMs(async () =>
        (await fetch(`${prometheus.url}/api/v1/query_range`, { method: "POST", body: params })).text(),
      );
      rows[what] = { pharosMs, prometheusMs, ratio: pharosMs / prometheusMs };
    }
    printReport(values.output, rows, {
      title: `${count} series, ${count * (SAMPLES + 1)} samples`,
      sides: ["Pharos ms", "Prometheus ms", "ratio"],
      rows: Object.entries(rows).map(([what, { pharosMs, prometheusMs, ratio }]) => ({
        what,
        values: [pharosMs, prometheusMs, ratio],
      })),
      notes: ["Prometheus has the hour in memory and is asked over HTTP; Pharos reads its file, in this process"],
    });
  } finally {
    await store.close();
    await prometheus.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
