import type { DuckDBConnection } from "@duckdb/node-api";
import { HISTOGRAMS } from "#server/telemetry/stores/tables.ts";

/** So many rows are summed at once: of more, histograms take more memory than the database may have. */
const ROWS_MAX = 100_000;
/** One with more entries in its histograms counts as several. */
const ENTRIES_OF_ROW = 32;
const ENTRIES = HISTOGRAMS.map((name) => `len(${name})`).join(" + ");

/** Rows of a table of windows. */
export interface RowRange {
  readonly table: string;
  /** A condition on its columns. */
  readonly where: string;
  /** What is of one key and of one time of this length stays in one part. */
  readonly stepMs: number;
  readonly rowsMax?: number;
}

/** Conditions that hold together for all of the range: each for some times, or some keys of one that has too many rows. */
export async function rowParts(
  connection: DuckDBConnection,
  { table, where, stepMs, rowsMax = ROWS_MAX }: RowRange,
): Promise<string[]> {
  const found = await connection.runAndReadAll(
    `SELECT (start_ms // ${stepMs} * ${stepMs})::DOUBLE, sum(1 + (${ENTRIES}) // ${ENTRIES_OF_ROW})::DOUBLE FROM ${table} WHERE ${where} GROUP BY ALL ORDER BY ALL`,
  );
  const parts: { readonly fromMs: number; toMs: number; rows: number }[] = [];
  for (const [startMs, count] of found.getRowsJS()) {
    const last = parts.at(-1);
    const [fromMs, rows] = [Number(startMs), Number(count)];
    if (last !== undefined && last.rows + rows <= rowsMax) {
      last.toMs = fromMs + stepMs;
      last.rows += rows;
    } else parts.push({ fromMs, toMs: fromMs + stepMs, rows });
  }
  return parts.flatMap(({ fromMs, toMs, rows }) => {
    const within = `${where} AND start_ms >= ${fromMs} AND start_ms < ${toMs}`;
    const keys = Math.ceil(rows / rowsMax);
    return keys <= 1 ? [within] : Array.from({ length: keys }, (_, key) => `${within} AND key % ${keys} = ${key}`);
  });
}
