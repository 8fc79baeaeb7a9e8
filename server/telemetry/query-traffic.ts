import type { DuckDBDataChunk } from "@duckdb/node-api";
import type { Graph } from "#core/graph/graph.ts";
import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { KeyTable } from "#server/telemetry/key-table.ts";
import type { RangePlan } from "#server/telemetry/plan-range.ts";
import type { Reader } from "#server/telemetry/reader.ts";
import { SUMMED } from "#server/telemetry/schema.ts";
import type { SparklineKeys } from "#server/telemetry/select-keys.ts";

const SUMS = SUMMED.map((column) => `sum(${column}::DOUBLE) AS ${column}`).join(", ");

/** SQL for the windows of a plan, of these keys only when given. */
function windowsOf(plan: RangePlan, columns: string, keys?: readonly number[]): string {
  const only = keys === undefined ? "" : ` AND key IN (${keys.join(", ")})`;
  const parts = plan.parts.map(
    ({ table, fromMs, toMs }) =>
      `SELECT ${columns} FROM ${table} WHERE start_ms >= ${fromMs} AND start_ms < ${toMs}${only}`,
  );
  return `(${parts.join(" UNION ALL ")})`;
}

/** All windows of a plan added up, one row a key. */
export async function sumByKey(
  reader: Reader,
  table: KeyTable,
  plan: RangePlan,
  keys?: readonly number[],
): Promise<TrafficRow[]> {
  if (plan.parts.length === 0 || keys?.length === 0) return [];
  const windows = windowsOf(plan, `key, ${SUMMED.join(", ")}`, keys);
  const rows: TrafficRow[] = [];
  for (const chunk of await reader.chunks(`SELECT key, ${SUMS} FROM ${windows} GROUP BY key`)) {
    readRows(chunk, table, 0, (row) => rows.push(row));
  }
  return rows;
}

/** The same for each slot of a series: slot start in ms → rows. */
export async function sumBySlot(
  reader: Reader,
  table: KeyTable,
  plan: RangePlan,
  stepMs: number,
  keys: readonly number[],
): Promise<Map<number, TrafficRow[]>> {
  const slots = new Map<number, TrafficRow[]>();
  if (plan.parts.length === 0 || keys.length === 0) return slots;
  const windows = windowsOf(plan, `start_ms, key, ${SUMMED.join(", ")}`, keys);
  const slot = `(start_ms // ${stepMs} * ${stepMs})::DOUBLE AS slot`;
  for (const chunk of await reader.chunks(`SELECT ${slot}, key, ${SUMS} FROM ${windows} GROUP BY ALL`)) {
    const starts = chunk.getColumnVector(0);
    readRows(chunk, table, 1, (row, index) => {
      const start = Number(starts.getItem(index));
      const rows = slots.get(start);
      if (rows === undefined) slots.set(start, [row]);
      else rows.push(row);
    });
  }
  return slots;
}

/** Rows of a result whose column `at` is the key and whose next ones are sums. */
function readRows(
  chunk: DuckDBDataChunk,
  table: KeyTable,
  at: number,
  take: (row: TrafficRow, index: number) => void,
): void {
  const ids = chunk.getColumnVector(at);
  const [counts, requestBytes, responseBytes, durations, ...buckets] = SUMMED.map((_, column) =>
    chunk.getColumnVector(at + 1 + column),
  );
  if (counts === undefined || requestBytes === undefined || responseBytes === undefined || durations === undefined)
    return;
  const { rowCount } = chunk;
  // One array for all rows: thousands of small ones would keep the collector busy.
  const histograms = new Float64Array(rowCount * BUCKET_COUNT);
  for (const [bucket, vector] of buckets.entries()) {
    for (let index = 0; index < rowCount; index += 1)
      histograms[index * BUCKET_COUNT + bucket] = vector.getItem(index) as number;
  }
  for (let index = 0; index < rowCount; index += 1) {
    const id = ids.getItem(index) as number;
    const key = table.get(id);
    const pair = table.pair(id);
    // Retention dropped the labels since the question was asked.
    if (key === undefined || pair === undefined) continue;
    take(
      {
        key,
        pair,
        count: counts.getItem(index) as number,
        requestBytes: requestBytes.getItem(index) as number,
        responseBytes: responseBytes.getItem(index) as number,
        durationSumMs: durations.getItem(index) as number,
        buckets: histograms,
        bucketsAt: index * BUCKET_COUNT,
      },
      index,
    );
  }
}

/** Host → slot start → requests, counted by the keys given. */
export async function countBySlot(
  reader: Reader,
  plan: RangePlan,
  stepMs: number,
  keys: SparklineKeys,
): Promise<Map<string, Map<number, number>>> {
  const hosts = new Map<string, Map<number, number>>();
  if (plan.parts.length === 0) return hosts;
  const more = keys.destinationIds.length === 0 ? "" : ` OR id IN (${keys.destinationIds.join(", ")})`;
  const [services = [], slots = [], counts = []] = await reader.columns(
    `SELECT destination_service, (start_ms // ${stepMs} * ${stepMs})::DOUBLE, sum(count::DOUBLE) FROM ${windowsOf(plan, "start_ms, key, count")} AS w
     JOIN keys ON keys.id = w.key WHERE reporter = 'source'${more} GROUP BY ALL`,
  );
  for (const [index, service] of services.entries()) {
    const line = hosts.get(String(service)) ?? new Map<number, number>();
    hosts.set(String(service), line);
    line.set(Number(slots[index]), Number(counts[index]));
  }
  return hosts;
}

export async function listGaps(reader: Reader, startMs: number, endMs: number): Promise<Graph["gaps"]> {
  const rows = await reader.rows(
    `SELECT start_ms::DOUBLE AS "startMs", end_ms::DOUBLE AS "endMs", workload, reason, requests::DOUBLE AS requests FROM gaps
     WHERE end_ms > ${startMs} AND start_ms < ${endMs} ORDER BY start_ms DESC LIMIT 200`,
  );
  return rows as unknown as Graph["gaps"];
}
