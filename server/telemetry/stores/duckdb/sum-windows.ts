import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { type Histogram, histogramJoiner, NO_HISTOGRAM } from "#core/telemetry/histogram.ts";
import type { HistogramName } from "#core/telemetry/traffic.ts";
import { columnsOf, FIGURES } from "#server/telemetry/stores/duckdb/window-columns.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { HISTOGRAMS, SUMS, type SummedRow, type WINDOWS } from "#server/telemetry/stores/tables.ts";

/** So many rows are summed at once: of more, histograms take more memory than the database may have. */
const ROWS_MAX = 100_000;

export interface WindowSum {
  /** The table of what is summed, and a condition on its columns. */
  readonly table: string;
  readonly where: string;
  readonly into: (typeof WINDOWS)[keyof typeof WINDOWS];
  readonly stepMs: number;
  /** What is summed is taken out of its table. */
  readonly isMoved?: boolean;
  readonly rowsMax?: number;
}

/**
 * Adds windows up to windows of a length, one for each key: sums, and histograms in which each bucket is there once (or as often as its count
 * needs). DuckDB only puts histograms behind each other: buckets are added up here, which costs a fraction of the same in SQL.
 */
export async function sumWindows({ connection, append }: WriteTransaction, sum: WindowSum): Promise<void> {
  const { table, into, stepMs, isMoved = false } = sum;
  const start = `start_ms // ${stepMs} * ${stepMs}`;
  const lists = HISTOGRAMS.map((name) => `flatten(list(${name})) AS ${name}`).join(", ");
  for (const part of await partsOf(connection, start, sum)) {
    const found = await connection.run(
      `SELECT (${start})::DOUBLE AS slot, key, ${SUMS}, ${lists} FROM ${table} WHERE ${part} GROUP BY ALL`,
    );
    const names = found.columnNames();
    const rows: SummedRow[] = [];
    for (;;) {
      const chunk = await found.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      for (const row of rowsOf(chunk, names)) rows.push(row);
    }
    if (isMoved) await connection.run(`DELETE FROM ${table} WHERE ${part}`);
    await append(into, rows);
  }
}

function* rowsOf(chunk: DuckDBDataChunk, names: readonly string[]): Iterable<SummedRow> {
  const { ids, slots, figures, lists } = columnsOf(chunk, names);
  const join = histogramJoiner();
  const figure = (name: (typeof FIGURES)[number], row: number): number => figures[FIGURES.indexOf(name)]?.[row] ?? 0;
  const histogram = (name: HistogramName, row: number): Histogram => {
    const list = lists.get(name);
    if (list === undefined) return NO_HISTOGRAM;
    const from = list.offsets[row] ?? 0;
    return join(list.entries.subarray(from, from + (list.lengths[row] ?? 0)));
  };
  for (let row = 0; row < ids.length; row += 1) {
    const window = {
      count: figure("count", row),
      requestBytes: figure("request_bytes", row),
      responseBytes: figure("response_bytes", row),
      durationSumMs: figure("duration_sum", row),
      opened: figure("opened", row),
      durations: histogram("durations", row),
      requestSizes: histogram("requestSizes", row),
      responseSizes: histogram("responseSizes", row),
    };
    yield { startMs: slots?.[row] ?? 0, id: ids[row] ?? 0, window };
  }
}

/** Conditions that hold together for all that is summed: each for some windows, or some keys of one that has too many rows. */
async function partsOf(
  connection: DuckDBConnection,
  start: string,
  { table, where, stepMs, rowsMax = ROWS_MAX }: WindowSum,
): Promise<string[]> {
  const found = await connection.runAndReadAll(
    `SELECT (${start})::DOUBLE, count(*)::DOUBLE FROM ${table} WHERE ${where} GROUP BY ALL ORDER BY ALL`,
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
