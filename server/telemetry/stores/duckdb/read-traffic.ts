import type { DuckDBValue } from "@duckdb/node-api";
import { DIMENSIONS, type DimensionName, type TrafficKey } from "#core/telemetry/dimensions.ts";
import type { HistogramName, TrafficRow } from "#core/telemetry/traffic.ts";
import type { LabelFilter } from "#server/telemetry/ports/traffic-reader.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { RowSums } from "#server/telemetry/stores/duckdb/sum-rows.ts";
import type { WindowCache } from "#server/telemetry/stores/duckdb/window-cache.ts";
import { columnsOf, selectColumns, type WindowColumns } from "#server/telemetry/stores/duckdb/window-columns.ts";
import type { KeyNumbers } from "#server/telemetry/stores/key-numbers.ts";
import { type RangePart, type RangePlan, windowsOf } from "#server/telemetry/stores/plan-range.ts";
import { HISTOGRAMS, SUMMED, WINDOWS } from "#server/telemetry/stores/tables.ts";

/** SQL for the windows of a plan, of these keys only when given. */
function rowsOf(plan: RangePlan, columns: string, keys?: readonly number[]): string {
  const only = keys === undefined ? "" : ` AND key IN (${keys.join(", ")})`;
  const parts = plan.parts.map(
    ({ tier, fromMs, toMs }) =>
      `SELECT ${columns} FROM ${WINDOWS[tier].name} WHERE start_ms >= ${fromMs} AND start_ms < ${toMs}${only}`,
  );
  return `(${parts.join(" UNION ALL ")})`;
}

const ASKED: readonly HistogramName[] = ["durations"];
/** Of a range that needs more of them each is asked for once at most: one question for all costs less. */
const WINDOWS_MAX = 120;

const STORED = [...SUMMED, ...HISTOGRAMS].join(", ");

/** Windows of these keys added up, one row a key. */
export async function sumByKey(
  reader: Reader,
  numbers: KeyNumbers,
  plan: RangePlan,
  histograms: readonly HistogramName[] = ASKED,
  keys?: readonly number[],
): Promise<TrafficRow[]> {
  if (plan.parts.length === 0 || keys?.length === 0) return [];
  const sums = new RowSums(numbers);
  await reader.chunks(
    `SELECT ${selectColumns(histograms)} FROM ${rowsOf(plan, `key, ${STORED}`, keys)}`,
    (chunk, names) => sums.add(columnsOf(chunk, names)),
  );
  return sums.rows();
}

/** All windows of a plan added up, one row a key; what was read and added up before is not again. */
export async function sumAll(
  reader: Reader,
  numbers: KeyNumbers,
  cache: WindowCache,
  plan: RangePlan,
  histograms: readonly HistogramName[] = ASKED,
): Promise<TrafficRow[]> {
  const parts = plan.parts.map((part) => ({ part, windows: windowsOf(part) }));
  const count = parts.reduce((sum, { windows }) => sum + windows.length, 0);
  if (count > WINDOWS_MAX || histograms.some((name) => !ASKED.includes(name)))
    return sumByKey(reader, numbers, plan, histograms);
  const readWindow = (window: RangePart) =>
    cache.get(window, async () => {
      const columns: WindowColumns[] = [];
      await reader.chunks(
        `SELECT ${selectColumns(ASKED)} FROM ${WINDOWS[window.tier].name} WHERE start_ms = ${window.fromMs}`,
        (chunk, names) => columns.push(columnsOf(chunk, names)),
      );
      return columns;
    });
  const sums = new RowSums(numbers, histograms);
  for (const { part, windows } of parts) {
    const addTo = async (to: RowSums): Promise<RowSums> => {
      for (const window of windows) for (const columns of await readWindow(window)) to.add(columns);
      return to;
    };
    // The finest windows are the newest: with each of them the part is another.
    if (part.tier === "10s" || windows.length === 1) await addTo(sums);
    else
      for (const columns of await cache.get(part, async () => [(await addTo(new RowSums(numbers))).columns()]))
        sums.add(columns);
  }
  return sums.rows();
}

/** The same for each slot of a series: slot start in ms → rows. */
export async function sumBySlot(
  reader: Reader,
  numbers: KeyNumbers,
  plan: RangePlan,
  stepMs: number,
  histograms: readonly HistogramName[] = ASKED,
  keys: readonly number[],
): Promise<Map<number, TrafficRow[]>> {
  if (plan.parts.length === 0 || keys.length === 0) return new Map();
  const sums = new RowSums(numbers);
  await reader.chunks(
    `SELECT ${slotOf(stepMs)} AS slot, ${selectColumns(histograms)} FROM ${rowsOf(plan, `start_ms, key, ${STORED}`, keys)}`,
    (chunk, names) => sums.add(columnsOf(chunk, names)),
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
     FROM ${rowsOf(plan, "start_ms, key, count")} AS w JOIN keys ON keys.id = w.key WHERE ${where} GROUP BY ALL`,
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
