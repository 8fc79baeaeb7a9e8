import { cpSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { seriesLabels } from "#core/promql/series-labels.ts";
import type { RunningTelemetry, TelemetryOptions } from "#server/telemetry/start-telemetry.ts";
import { SEGMENT_TABLES } from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";
import { HISTOGRAMS, SUMMED, SUMS } from "#server/telemetry/stores/tables.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf, resourceLogsOf, spanBytes, type Traffic } from "#server/telemetry/testing/reports.ts";

const MINUTE = 60_000;
/** Late on a day: it is over soon, and its hours become one. */
const KNOWN_START = Date.UTC(2026, 2, 1, 21);
const EVERY = 7 * MINUTE;
export const KNOWN_REPORTS = 40;
/** Right after the last report, a minute into a stretch of ten. */
const KNOWN_END = KNOWN_START + KNOWN_REPORTS * EVERY;

const REPORTER = reporterOf("productpage-v1");
const atOf = (sequence: number): number => KNOWN_START + sequence * EVERY - 20_000;

const idOf = (sequence: number): string => String(sequence).padStart(16, "0");
/** Of the first report. */
export const KNOWN_TRACE = idOf(1).repeat(2);

function trafficOf(sequence: number): Traffic[] {
  const each = { side: "source", from: "productpage-v1", to: "reviews-v1", count: sequence } as const;
  const late = sequence % 9 === 0 ? [{ ...each, atMs: atOf(sequence) - 3 * 60 * MINUTE, count: 1000 }] : [];
  return [
    { ...each, atMs: atOf(sequence) },
    { ...each, atMs: atOf(sequence) - 10_000, to: `ratings-v${sequence % 5}`, count: 3 },
    ...late,
  ];
}

/** Takes in a report; what was taken in before is known for it. */
export async function takeKnown(store: RunningTelemetry, sequence: number): Promise<void> {
  const atMs = atOf(sequence);
  const id = idOf(sequence);
  const span = { trace: id.repeat(2), id, service: "reviews", name: `n${sequence}`, atMs, durationMs: 5 };
  const report = reportOf(sequence, trafficOf(sequence), {
    spans: [spanBytes(span)],
    gaps: sequence % 10 === 0 ? [[atMs, atMs + 5000, `gap ${sequence}`, 3]] : [],
  });
  await store.ingest.takeReport(report, REPORTER);
}

/** What nobody sends again. */
async function takeRest(store: RunningTelemetry, sequence: number): Promise<void> {
  const atMs = atOf(sequence);
  await store.samples.take("someone", [
    { labels: seriesLabels([["__name__", `up_${sequence % 3}`]]), samples: [{ atMs, value: sequence }] },
  ]);
  await store.ingest.takeLogs([resourceLogsOf({ service: "reviews", body: `line ${sequence}`, atMs })], "application");
}

/**
 * A store that has had reports for hours, was kept up all the while, and has segments of ten minutes, of hours and of a day. `killed` gets
 * its files as a kill leaves them: with a log.
 */
export async function makeKnownStore(path: string, killed: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  let now = KNOWN_START;
  const store = await duckdbTelemetry(path, { now: () => now });
  for (let sequence = 1; sequence <= KNOWN_REPORTS; sequence += 1) {
    now = KNOWN_START + sequence * EVERY;
    await takeKnown(store, sequence);
    await takeRest(store, sequence);
    // The last is too soon after the one before it to write segments.
    await store.maintain();
  }
  cpSync(dirname(path), killed, { recursive: true });
  await store.close();
}

export function openKnownStore(
  path: string,
  { laterMs = () => 0, ...options }: Partial<TelemetryOptions> & { readonly laterMs?: () => number } = {},
): Promise<RunningTelemetry> {
  return duckdbTelemetry(path, { now: () => KNOWN_END + 1000 + laterMs(), ...options });
}

/** A row without the numbers that a store gave it, when it was, and how much it stands for. */
export interface KnownRow {
  /** Everything of it but how much. */
  readonly name: string;
  readonly text: string;
  readonly atMs: number;
  readonly amount: number;
}

export type KnownTables = ReadonlyMap<string, readonly KnownRow[]>;

/** Each table that has segments, as what is in it means; gaps that a store tells of itself are not among them. */
export async function readKnown(path: string): Promise<KnownTables> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const tables = new Map<string, KnownRow[]>();
  try {
    for (const { name, time, unitsPerMs, labels, unit } of SEGMENT_TABLES) {
      const isCount = unit === "requests";
      const isWindows = name.startsWith("windows_");
      const from =
        labels === undefined
          ? name
          : `(SELECT t.*, l.* EXCLUDE (id) FROM ${name} t JOIN ${labels.table} l ON l.id = t.${labels.column})`;
      const hidden = labels === undefined ? "" : `EXCLUDE (${labels.column})`;
      const summed = isWindows
        ? `SELECT * EXCLUDE (key, ${[...SUMMED, ...HISTOGRAMS].join(", ")}), ${SUMS}`
        : // By the minute, and by ten once they are over; what comes late stays as it came.
          "SELECT * EXCLUDE (key, count) REPLACE (start_ms // 600000 * 600000 AS start_ms), sum(count::DOUBLE) AS count";
      const rows = isCount
        ? `${summed} FROM ${from} GROUP BY ALL`
        : `SELECT * ${hidden} FROM ${from} ${name === "gaps" ? "WHERE reason LIKE 'gap %'" : ""}`;
      const found = await connection.runAndReadAll(rows);
      const known = found.getRowObjectsJson().map((row) => ({
        name: JSON.stringify(isCount ? { ...row, ...Object.fromEntries(SUMMED.map((column) => [column, 0])) } : row),
        text: JSON.stringify(row),
        atMs: Number(row[time]) / unitsPerMs,
        amount: isCount ? Number(row.count) : 1,
      }));
      tables.set(
        name,
        known.sort((a, b) => (a.text < b.text ? -1 : 1)),
      );
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return tables;
}
