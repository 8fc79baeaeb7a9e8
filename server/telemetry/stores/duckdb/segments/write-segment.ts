import { open, rename, stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { digestOfFile } from "#node/digest-of-file.ts";
import type { Period } from "#server/telemetry/stores/duckdb/segments/plan-segments.ts";
import type { Segment } from "#server/telemetry/stores/duckdb/segments/segment.ts";
import type { SegmentFiles } from "#server/telemetry/stores/duckdb/segments/segment-files.ts";
import { type SegmentTable, within } from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";

/** So many are held in memory until they are written. */
const ROWS_AT_ONCE = 20_480;

/** Writes the rows of a time to a file that is whole and on the disk when it resolves, or not there. */
export async function writeSegment(
  connection: DuckDBConnection,
  files: SegmentFiles,
  table: SegmentTable,
  { fromMs, toMs, held }: Period,
  { round, schema }: { readonly round: number; readonly schema: number },
): Promise<Segment> {
  const file = `${table.name}-${textOf(fromMs)}-${(toMs - fromMs) / 60_000}m-${round}.parquet`;
  const path = files.pathOf(file);
  const unready = `${path}.new`;
  await connection.run(
    `COPY (${selectRows(table, fromMs, toMs)}) TO '${unready.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROWS_AT_ONCE})`,
  );
  const sha256 = await digestOfFile(unready);
  const handle = await open(unready);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unready, path);
  return { table: table.name, schema, fromMs, toMs, file, bytes: (await stat(path)).size, sha256, has: held, held };
}

/** Rows of labels have no time. */
function selectRows(table: SegmentTable, fromMs: number, toMs: number): string {
  const rows = `SELECT * FROM ${table.name} WHERE ${within(table, fromMs, toMs)}`;
  if (table.labels === undefined) return rows;
  const { table: labels, column } = table.labels;
  return `${rows} UNION ALL BY NAME SELECT id AS "${column}", * EXCLUDE (id) FROM ${labels}
    WHERE id IN (SELECT "${column}" FROM ${table.name} WHERE ${within(table, fromMs, toMs)})`;
}

/** 2026-11-30T1120Z */
function textOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace(":", "")}Z`;
}
