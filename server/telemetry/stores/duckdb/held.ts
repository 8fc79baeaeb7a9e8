import type { DuckDBConnection } from "@duckdb/node-api";
import { sumOf, type Tally } from "#node/ledger-file.ts";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";
import {
  GAPS,
  KEYS,
  LOGS,
  POINTS,
  REPORTS,
  REQUESTS,
  SERIES,
  SHAPES,
  SPANS,
  WINDOW_TABLES,
} from "#server/telemetry/stores/tables.ts";

/** What each table holds: of windows the requests, of all others the rows. */
export type Held = Tally;

const COUNTED = [
  ...[...WINDOW_TABLES, SHAPES].map(({ name }) => ({ name, amount: "sum(count)", unit: "requests" })),
  ...[KEYS, REQUESTS, SPANS, LOGS, GAPS, REPORTS, SERIES, POINTS].map(({ name }) => ({
    name,
    amount: "count(*)",
    unit: "rows",
  })),
] as const;

/** With what is still read back from segments. */
export async function countHeld(connection: DuckDBConnection): Promise<Held> {
  const sql = COUNTED.map(({ name, amount }) => `SELECT '${name}' AS name, ${amount}::DOUBLE AS held FROM ${name}`);
  const rows = await connection.runAndReadAll(
    [...sql, "SELECT name, sum(amount) FROM restoring GROUP BY name"].join(" UNION ALL "),
  );
  return sumOf(rows.getRowObjectsJS().map(({ name, held }) => ({ [String(name)]: Number(held ?? 0) })));
}

/** What a batch adds: rows and requests by table. `due` are the requests that came late for a coarser table. */
export function heldOf(batch: TelemetryBatch, keys: number, due: Held): Held {
  return {
    ...due,
    [KEYS.name]: keys,
    [REQUESTS.name]: batch.requests.length,
    [SHAPES.name]: batch.windows.reduce((sum, { shapes = [] }) => shapes.reduce((of, { count }) => of + count, sum), 0),
    [SPANS.name]: batch.spans.length,
    [LOGS.name]: batch.logs.length,
    [GAPS.name]: batch.gaps.length,
    [REPORTS.name]: batch.reports.length,
  };
}

/** Rows that a table should hold and does not, in words: "table spans: 12 rows". */
export interface MissingRows {
  readonly words: readonly string[];
  /** Of the tables of windows the most: each tells of the same requests. */
  readonly requests: number;
}

export function missingOf(expected: Held, actual: Held): MissingRows {
  const missing = COUNTED.flatMap(({ name, unit }) => {
    const amount = (expected[name] ?? 0) - (actual[name] ?? 0);
    return amount > 0 ? [{ name, unit, amount }] : [];
  });
  return {
    words: missing.map(({ name, unit, amount }) => `table ${name}: ${amount} ${unit}`),
    requests: Math.max(0, ...missing.map(({ unit, amount }) => (unit === "requests" ? amount : 0))),
  };
}

/** Requests whose labels are gone, from all tables of windows; nobody can say whose they were. */
export interface Unlabelled {
  readonly requests: number;
  readonly fromMs: number;
}

export async function findUnlabelled(connection: DuckDBConnection): Promise<Unlabelled | undefined> {
  const sql = WINDOW_TABLES.map(
    ({ name }) =>
      `SELECT sum(count)::DOUBLE AS requests, min(start_ms)::DOUBLE AS "fromMs" FROM ${name} WHERE key NOT IN (SELECT id FROM ${KEYS.name})`,
  );
  const found = (await connection.runAndReadAll(sql.join(" UNION ALL "))).getRowObjectsJS();
  const some = found.filter(({ requests }) => requests !== null);
  if (some.length === 0) return undefined;
  return {
    requests: Math.max(...some.map(({ requests }) => Number(requests))),
    fromMs: Math.min(...some.map(({ fromMs }) => Number(fromMs))),
  };
}

/** Before labels are numbered again: others' would be theirs. */
export async function dropUnlabelled(connection: DuckDBConnection): Promise<void> {
  for (const { name } of [...WINDOW_TABLES, SHAPES])
    await connection.run(`DELETE FROM ${name} WHERE key NOT IN (SELECT id FROM ${KEYS.name})`);
  await connection.run(`DELETE FROM ${POINTS.name} WHERE series NOT IN (SELECT id FROM ${SERIES.name})`);
}

/** The oldest time that anything in the store is of; 0 where there is nothing. */
export async function oldestHeld(connection: DuckDBConnection): Promise<number> {
  const sql = [
    ...WINDOW_TABLES.map(({ name }) => `SELECT min(start_ms)::DOUBLE AS ms FROM ${name}`),
    `SELECT min(start_ms)::DOUBLE FROM ${REQUESTS.name}`,
    `SELECT min(start_us)::DOUBLE / 1000 FROM ${SPANS.name}`,
    `SELECT min(at_ms)::DOUBLE FROM ${POINTS.name}`,
    `SELECT min(at_us)::DOUBLE / 1000 FROM ${LOGS.name}`,
    `SELECT min(received_ms)::DOUBLE FROM ${REPORTS.name}`,
  ];
  const rows = (await connection.runAndReadAll(sql.join(" UNION ALL "))).getRowsJS();
  const times = rows.flatMap(([ms]) => (ms === null ? [] : [Number(ms)]));
  return times.length === 0 ? 0 : Math.min(...times);
}
