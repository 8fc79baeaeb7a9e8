import type { DuckDBConnection } from "@duckdb/node-api";
import type { CoarseTier, TierName } from "#server/telemetry/ports/tiers.ts";
import type { Measure } from "#server/telemetry/stores/duckdb/segments/segment.ts";
import type { Column } from "#server/telemetry/stores/table.ts";
import { GAPS, LOGS, POINTS, REQUESTS, SHAPES, SPANS, WINDOWS } from "#server/telemetry/stores/tables.ts";

/** A table whose rows have a time and stay as they are. */
export interface SegmentTable {
  readonly name: string;
  readonly columns: readonly Column<never>[];
  /** The column that says when a row was, and how many of its units are a ms. */
  readonly time: string;
  readonly unitsPerMs: number;
  /** SQL; of counts the requests, of all else the rows. */
  readonly amount: string;
  readonly weight: string;
  readonly unit: "requests" | "rows";
  /** The table of its rows' labels, and the column that has their number. */
  readonly labels: { readonly table: "keys" | "series"; readonly column: string } | undefined;
  /** Kept for longer than a few days: those that are over are one segment each. */
  readonly hasDays: boolean;
  /** What its rows are made of, and the length of its windows. */
  readonly madeOf: { readonly table: string; readonly tier: CoarseTier; readonly stepMs: number } | undefined;
}

const REQUESTS_AND_BYTES = "sum(count + opened + request_bytes + response_bytes)";
const BY_KEY = { table: "keys", column: "key" } as const;

function windows(tier: TierName, more: Pick<SegmentTable, "hasDays" | "madeOf">): SegmentTable {
  const { name, columns } = WINDOWS[tier];
  const counts = { amount: "sum(count)", weight: REQUESTS_AND_BYTES, unit: "requests" } as const;
  return { name, columns, time: "start_ms", unitsPerMs: 1, ...counts, labels: BY_KEY, ...more };
}

function rows(
  { name, columns }: Pick<SegmentTable, "name" | "columns">,
  time: string,
  more: Partial<SegmentTable> = {},
): SegmentTable {
  const counts = { amount: "count(*)", weight: "count(*)", unit: "rows" } as const;
  return {
    name,
    columns,
    time,
    unitsPerMs: 1,
    ...counts,
    labels: undefined,
    hasDays: true,
    madeOf: undefined,
    ...more,
  };
}

/** Hours and days of counts are not among them: they are made of the others. */
export const SEGMENT_TABLES: readonly SegmentTable[] = [
  windows("10s", { hasDays: false, madeOf: undefined }),
  windows("1m", { hasDays: true, madeOf: { table: WINDOWS["10s"].name, tier: "1m", stepMs: 60_000 } }),
  windows("10m", { hasDays: true, madeOf: { table: WINDOWS["1m"].name, tier: "10m", stepMs: 600_000 } }),
  rows(SHAPES, "start_ms", { amount: "sum(count)", weight: "sum(count)", unit: "requests", labels: BY_KEY }),
  rows(REQUESTS, "start_ms"),
  rows(SPANS, "start_us", { unitsPerMs: 1000 }),
  rows(LOGS, "at_us", { unitsPerMs: 1000 }),
  rows(GAPS, "start_ms"),
  rows(POINTS, "at_ms", { labels: { table: "series", column: "series" } }),
];

/** They are looked at, and have no segments. */
export const LONG_TABLES = [
  { tier: "1h", table: windows("1h", { hasDays: true, madeOf: undefined }) },
  { tier: "1d", table: windows("1d", { hasDays: true, madeOf: undefined }) },
] as const;

export function segmentTable(name: string): SegmentTable {
  const table = SEGMENT_TABLES.find((each) => each.name === name);
  if (table === undefined) throw new Error(`there are no segments of a table ${name}`);
  return table;
}

/** SQL for the rows of a stretch of time. */
export function within({ time, unitsPerMs }: SegmentTable, fromMs: number, toMs: number): string {
  return `${time} >= ${fromMs * unitsPerMs} AND ${time} < ${toMs * unitsPerMs}`;
}

/** The shortest stretch of time that has a segment. */
export const SLOT_MS = 600_000;

export interface Slot extends Measure {
  readonly startMs: number;
}

/** What a table holds, by stretches of ten minutes; `where` is a condition on its rows. */
export async function measureSlots(
  connection: DuckDBConnection,
  { name, time, unitsPerMs, amount, weight }: SegmentTable,
  where = "true",
): Promise<Slot[]> {
  const found = await connection.runAndReadAll(
    `SELECT (${time} // ${SLOT_MS * unitsPerMs} * ${SLOT_MS})::DOUBLE AS "startMs", count(*)::DOUBLE AS rows, (${amount})::DOUBLE AS amount,
     (${weight})::DOUBLE AS weight FROM ${name} WHERE ${where} GROUP BY ALL ORDER BY ALL`,
  );
  return found.getRowObjectsJS().map(({ startMs, rows: count, amount: told, weight: grown }) => ({
    startMs: Number(startMs),
    rows: Number(count),
    amount: Number(told),
    weight: Number(grown),
  }));
}
