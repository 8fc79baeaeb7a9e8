import type { DuckDBValue } from "@duckdb/node-api";
import { DIMENSIONS, type DimensionName, type TrafficKey } from "#core/telemetry/dimensions.ts";
import type { HistogramName, TrafficRow } from "#core/telemetry/traffic.ts";
import type { LabelFilter } from "#server/telemetry/ports/traffic-reader.ts";
import type { KeyNumbers } from "#server/telemetry/stores/duckdb/key-numbers.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { COLUMN_OF, RowSums, SUM_COLUMNS } from "#server/telemetry/stores/duckdb/sum-rows.ts";
import { HISTOGRAMS, SUMMED, WINDOWS } from "#server/telemetry/stores/duckdb/tables.ts";
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

function columnsOf(histograms: readonly HistogramName[] = ["durations"]): string {
  return [SUM_COLUMNS, ...histograms.map((name) => COLUMN_OF[name])].join(", ");
}

const STORED = [...SUMMED, ...HISTOGRAMS].join(", ");

/** All windows of a plan added up, one row a key. */
export async function sumByKey(
  reader: Reader,
  numbers: KeyNumbers,
  plan: RangePlan,
  histograms: readonly HistogramName[] | undefined,
  keys?: readonly number[],
): Promise<TrafficRow[]> {
  if (plan.parts.length === 0 || keys?.length === 0) return [];
  const sums = new RowSums(numbers);
  await reader.chunks(
    `SELECT key, ${columnsOf(histograms)} FROM ${windowsOf(plan, `key, ${STORED}`, keys)}`,
    (chunk, columns) => sums.add(chunk, columns),
  );
  return sums.rows();
}

/** The same for each slot of a series: slot start in ms → rows. */
export async function sumBySlot(
  reader: Reader,
  numbers: KeyNumbers,
  plan: RangePlan,
  stepMs: number,
  histograms: readonly HistogramName[] | undefined,
  keys: readonly number[],
): Promise<Map<number, TrafficRow[]>> {
  if (plan.parts.length === 0 || keys.length === 0) return new Map();
  const sums = new RowSums(numbers);
  await reader.chunks(
    `SELECT ${slotOf(stepMs)} AS slot, key, ${columnsOf(histograms)} FROM ${windowsOf(plan, `start_ms, key, ${STORED}`, keys)}`,
    (chunk, columns) => sums.add(chunk, columns),
  );
  return sums.bySlot();
}

function slotOf(stepMs: number): string {
  return `(start_ms // ${stepMs} * ${stepMs})::DOUBLE`;
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
