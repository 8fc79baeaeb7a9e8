import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { Graph } from "#core/view/graph.ts";
import type { KeyTable } from "#server/telemetry/key-table.ts";
import type { RangePlan } from "#server/telemetry/plan-range.ts";
import type { Columns, Reader } from "#server/telemetry/reader.ts";
import { SUMMED } from "#server/telemetry/schema.ts";
import type { SparklineKeys } from "#server/telemetry/select-keys.ts";

const SUMS = SUMMED.map((column) => `sum(${column})::DOUBLE AS ${column}`).join(", ");

/** SQL for the windows of a plan, of these keys only when given. */
export function windowsOf(plan: RangePlan, columns: string, keys?: readonly number[]): string {
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
  const columns = await reader.columns(
    `SELECT key, ${SUMS} FROM ${windowsOf(plan, `key, ${SUMMED.join(", ")}`, keys)} GROUP BY key`,
  );
  return readRows(columns, table, 0).filter((row) => row !== undefined);
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
  const columns = await reader.columns(
    `SELECT (start_ms // ${stepMs} * ${stepMs})::DOUBLE AS slot, key, ${SUMS} FROM ${windowsOf(plan, `start_ms, key, ${SUMMED.join(", ")}`, keys)} GROUP BY ALL`,
  );
  const starts = columns[0] ?? [];
  for (const [index, row] of readRows(columns, table, 1).entries()) {
    if (row === undefined) continue;
    const slot = Number(starts[index]);
    const rows = slots.get(slot);
    if (rows === undefined) slots.set(slot, [row]);
    else rows.push(row);
  }
  return slots;
}

/** Undefined for windows whose labels retention dropped since the question was asked. */
function readRows(columns: Columns, table: KeyTable, at: number): (TrafficRow | undefined)[] {
  const ids = (columns[at] ?? []) as readonly number[];
  const number = (column: number, row: number): number => (columns[at + 1 + column]?.[row] as number | undefined) ?? 0;
  return ids.map((id, row) => {
    const key = table.get(id);
    if (key === undefined) return undefined;
    const buckets = new Float64Array(BUCKET_COUNT);
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket += 1) buckets[bucket] = number(4 + bucket, row);
    return {
      key,
      count: number(0, row),
      requestBytes: number(1, row),
      responseBytes: number(2, row),
      durationSumMs: number(3, row),
      buckets,
    };
  });
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
    `SELECT destination_service, (start_ms // ${stepMs} * ${stepMs})::DOUBLE, sum(count)::DOUBLE FROM ${windowsOf(plan, "start_ms, key, count")} AS w
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
