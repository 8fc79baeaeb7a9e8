import type { DuckDBDataChunk } from "@duckdb/node-api";
import { type Histogram, histogramJoiner, NO_HISTOGRAM } from "#core/telemetry/histogram.ts";
import type { HistogramName } from "#core/telemetry/traffic.ts";
import { type RowRange, rowParts } from "#server/telemetry/stores/duckdb/row-parts.ts";
import { columnsOf, FIGURES } from "#server/telemetry/stores/duckdb/window-columns.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { HISTOGRAMS, SUMS, type SummedRow, type WINDOWS } from "#server/telemetry/stores/tables.ts";

/** Each agent's figures may be possible and their sum more than a column holds: nobody's keep all others' from being summed. */
const SUM_MAX = 2 ** 63;

/** What is summed, to windows of which length. */
export interface WindowSum extends RowRange {
  readonly into: (typeof WINDOWS)[keyof typeof WINDOWS];
  /** What is summed is taken out of its table. */
  readonly isMoved?: boolean;
}

/**
 * Adds windows up to windows of a length, one for each key: sums, and histograms in which each bucket is there once (or as often as its count
 * needs). DuckDB only puts histograms behind each other: buckets are added up here, which costs a fraction of the same in SQL. Resolves with how many
 * requests they tell of.
 */
export async function sumWindows({ connection, append }: WriteTransaction, sum: WindowSum): Promise<number> {
  const { table, into, stepMs, isMoved = false } = sum;
  let requests = 0;
  const start = `start_ms // ${stepMs} * ${stepMs}`;
  const lists = HISTOGRAMS.map((name) => `flatten(list(${name})) AS ${name}`).join(", ");
  for (const part of await rowParts(connection, sum)) {
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
    for (const { window } of rows) requests += window.count;
  }
  return requests;
}

function* rowsOf(chunk: DuckDBDataChunk, names: readonly string[]): Iterable<SummedRow> {
  const { ids, slots, figures, lists } = columnsOf(chunk, names);
  const join = histogramJoiner();
  const figure = (name: (typeof FIGURES)[number], row: number): number =>
    Math.min(SUM_MAX, figures[FIGURES.indexOf(name)]?.[row] ?? 0);
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
