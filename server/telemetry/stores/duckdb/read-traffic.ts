import type { DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api";
import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import { DIMENSIONS, type DimensionName, type TrafficKey } from "#core/telemetry/dimensions.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { LabelFilter } from "#server/telemetry/ports/traffic-reader.ts";
import type { KeyNumbers } from "#server/telemetry/stores/duckdb/key-numbers.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { SUMMED, SUMS, WINDOWS } from "#server/telemetry/stores/duckdb/tables.ts";
import type { RangePlan } from "#server/telemetry/stores/plan-range.ts";

/** SQL for the windows of a plan, of these keys only when given. */
function windowsOf(plan: RangePlan, columns: string, keys?: readonly number[]): string {
  const only = keys === undefined ? "" : ` AND key IN (${keys.join(", ")})`;
  const parts = plan.parts.map(
    ({ tier, fromMs, toMs }) =>
      `SELECT ${columns} FROM ${WINDOWS[tier].name} WHERE start_ms >= ${fromMs} AND start_ms < ${toMs}${only}`,
  );
  return `(${parts.join(" UNION ALL ")})`;
}

/** All windows of a plan added up, one row a key. */
export async function sumByKey(
  reader: Reader,
  numbers: KeyNumbers,
  plan: RangePlan,
  keys?: readonly number[],
): Promise<TrafficRow[]> {
  if (plan.parts.length === 0 || keys?.length === 0) return [];
  const windows = windowsOf(plan, `key, ${SUMMED.join(", ")}`, keys);
  const rows: TrafficRow[] = [];
  const { names, chunks } = await reader.chunks(`SELECT key, ${SUMS} FROM ${windows} GROUP BY key`);
  for (const chunk of chunks) readRows(chunk, names, numbers, (row) => rows.push(row));
  return rows;
}

/** The same for each slot of a series: slot start in ms → rows. */
export async function sumBySlot(
  reader: Reader,
  numbers: KeyNumbers,
  plan: RangePlan,
  stepMs: number,
  keys: readonly number[],
): Promise<Map<number, TrafficRow[]>> {
  const slots = new Map<number, TrafficRow[]>();
  if (plan.parts.length === 0 || keys.length === 0) return slots;
  const windows = windowsOf(plan, `start_ms, key, ${SUMMED.join(", ")}`, keys);
  const { names, chunks } = await reader.chunks(
    `SELECT ${slotOf(stepMs)} AS slot, key, ${SUMS} FROM ${windows} GROUP BY ALL`,
  );
  for (const chunk of chunks) {
    const starts = chunk.getColumnVector(names.indexOf("slot"));
    readRows(chunk, names, numbers, (row, index) => {
      const start = Number(starts.getItem(index));
      const rows = slots.get(start);
      if (rows === undefined) slots.set(start, [row]);
      else rows.push(row);
    });
  }
  return slots;
}

function slotOf(stepMs: number): string {
  return `(start_ms // ${stepMs} * ${stepMs})::DOUBLE`;
}

/** Rows of a result that has the key's number and the sums, by their names. */
function readRows(
  chunk: DuckDBDataChunk,
  names: readonly string[],
  numbers: KeyNumbers,
  take: (row: TrafficRow, index: number) => void,
): void {
  const vectorOf = (name: string) => chunk.getColumnVector(names.indexOf(name));
  const [ids, counts, requestBytes] = [vectorOf("key"), vectorOf("count"), vectorOf("request_bytes")];
  const [responseBytes, durations] = [vectorOf("response_bytes"), vectorOf("duration_sum")];
  const { rowCount } = chunk;
  // One array for all rows: thousands of small ones would keep the collector busy.
  const histograms = new Float64Array(rowCount * BUCKET_COUNT);
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket += 1) {
    const vector = vectorOf(`b${bucket}`);
    for (let index = 0; index < rowCount; index += 1)
      histograms[index * BUCKET_COUNT + bucket] = vector.getItem(index) as number;
  }
  for (let index = 0; index < rowCount; index += 1) {
    const id = ids.getItem(index) as number;
    const key = numbers.get(id);
    const pair = numbers.pair(id);
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

/** Value of one label → slot start → requests. */
export async function countBySlot(
  reader: Reader,
  numbers: KeyNumbers,
  plan: RangePlan,
  stepMs: number,
  by: DimensionName,
  only: LabelFilter,
): Promise<Map<string, Map<number, number>>> {
  const groups = new Map<string, Map<number, number>>();
  const values: DuckDBValue[] = [];
  const where = conditionsOf(only, numbers, values);
  if (plan.parts.length === 0 || where === "") return groups;
  const rows = await reader.rows(
    `SELECT ${DIMENSIONS[by].column} AS value, ${slotOf(stepMs)} AS slot, sum(count::DOUBLE) AS requests
     FROM ${windowsOf(plan, "start_ms, key, count")} AS w JOIN keys ON keys.id = w.key WHERE ${where} GROUP BY ALL`,
    values,
  );
  for (const { value, slot, requests } of rows) {
    const slots = groups.get(String(value)) ?? new Map<number, number>();
    groups.set(String(value), slots);
    slots.set(Number(slot), Number(requests));
  }
  return groups;
}

/** By the columns of table `keys`, where a list of numbers would hold most of them. */
function conditionsOf({ having, among }: LabelFilter, numbers: KeyNumbers, values: DuckDBValue[]): string {
  const alternatives: string[] = [];
  const labels = Object.entries(having ?? {}) as [keyof TrafficKey, DuckDBValue][];
  if (having !== undefined)
    alternatives.push(
      labels.map(([name, value]) => `keys.${DIMENSIONS[name].column} = $${values.push(value)}`).join(" AND ") || "true",
    );
  const ids = among === undefined ? [] : numbers.matching({ among });
  if (ids.length > 0) alternatives.push(`keys.id IN (${ids.join(", ")})`);
  return alternatives.join(" OR ");
}
