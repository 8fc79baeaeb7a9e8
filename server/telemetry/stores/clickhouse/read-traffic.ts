import { DIMENSIONS, type DimensionName, type TrafficKey } from "#core/telemetry/dimensions.ts";
import { type Histogram, NO_HISTOGRAM, packHistogram } from "#core/telemetry/histogram.ts";
import type { HistogramName, TrafficRow } from "#core/telemetry/traffic.ts";
import type { LabelFilter } from "#server/telemetry/ports/traffic-reader.ts";
import { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import type { ClickhouseClient } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import { sumHistogram } from "#server/telemetry/stores/clickhouse/sum-windows.ts";
import type { KeyNumbers } from "#server/telemetry/stores/key-numbers.ts";
import type { RangePlan } from "#server/telemetry/stores/plan-range.ts";
import { SUMMED, WINDOWS } from "#server/telemetry/stores/tables.ts";

/** What windows' histograms are called in their tables. */
const COLUMN_OF = {
  durations: "durations",
  requestSizes: "request_sizes",
  responseSizes: "response_sizes",
} as const satisfies Record<HistogramName, string>;
const ASKED: readonly HistogramName[] = ["durations"];

/** A question of windows: which, and what is known of them. */
export interface WindowQuestion {
  readonly client: ClickhouseClient;
  readonly keys: KeyNumbers;
  readonly plan: RangePlan;
  /** A condition on rows that count. */
  readonly visible: string;
}

/** SQL for the windows of a plan, of these keys only when given. */
function rowsOf({ plan, visible }: WindowQuestion, columns: string, keys?: readonly number[]): string {
  const only = keys === undefined ? "" : ` AND key IN (${keys.join(", ")})`;
  const parts = plan.parts.map(
    ({ tier, fromMs, toMs }) =>
      `SELECT ${columns} FROM ${WINDOWS[tier].name} WHERE start_ms >= ${fromMs} AND start_ms < ${toMs} AND ${visible}${only}`,
  );
  return `(${parts.join(" UNION ALL ")})`;
}

const slotOf = (stepMs: number): string => `intDiv(start_ms, ${stepMs}) * ${stepMs}`;

/** Windows of these keys added up: slot → rows, one a key. Without `stepMs` all are in slot 0. */
export async function sumWindows(
  question: WindowQuestion,
  {
    stepMs,
    histograms = ASKED,
    ids,
  }: {
    readonly stepMs?: number;
    readonly histograms?: readonly HistogramName[] | undefined;
    readonly ids?: readonly number[] | undefined;
  },
): Promise<Map<number, TrafficRow[]>> {
  const slots = new Map<number, TrafficRow[]>();
  if (question.plan.parts.length === 0 || ids?.length === 0) return slots;
  const columns = histograms.map((name) => COLUMN_OF[name]);
  const slot = stepMs === undefined ? "0" : slotOf(stepMs);
  const sums = columns.map((column, index) => `${sumHistogram(column)} AS h${index}`);
  const figures = SUMMED.map((column) => `toFloat64(sum(${column}))`);
  const split = columns.flatMap((_, index) => [`h${index}.1`, `h${index}.2`]);
  // Lists of both in one row each: a tuple of them is an array of arrays, which costs more to read.
  await question.client.eachRow(
    `SELECT slot, key, ${[...SUMMED.map((_, index) => `s${index}`), ...split].join(", ")} FROM (SELECT ${slot} AS slot, key,
       ${[...figures.map((figure, index) => `${figure} AS s${index}`), ...sums].join(", ")}
     FROM ${rowsOf(question, ["start_ms", "key", ...SUMMED, ...columns].join(", "), ids)} GROUP BY slot, key)`,
    (cells) => {
      const row = rowOf(question.keys, cells, histograms);
      if (row === undefined) return;
      const at = Number(cells[0]);
      const rows = slots.get(at) ?? [];
      slots.set(at, rows);
      rows.push(row);
    },
  );
  return slots;
}

/** Undefined where retention dropped the labels since the question was asked. */
function rowOf(
  keys: KeyNumbers,
  cells: readonly unknown[],
  histograms: readonly HistogramName[],
): TrafficRow | undefined {
  const [, id, count, requestBytes, responseBytes, durationSumMs, opened, ...lists] = cells as number[];
  const key = keys.get(id ?? 0);
  const names = keys.names(id ?? 0);
  if (key === undefined || names === undefined) return undefined;
  const told: { -readonly [Name in HistogramName]?: Histogram } = {};
  for (const [index, name] of histograms.entries()) {
    const buckets = lists[2 * index] as unknown as readonly number[];
    const counts = lists[2 * index + 1] as unknown as readonly number[];
    told[name] = packHistogram(buckets.map((bucket, at) => [bucket, counts[at] ?? 0]));
  }
  return {
    key,
    names,
    count: count ?? 0,
    requestBytes: requestBytes ?? 0,
    responseBytes: responseBytes ?? 0,
    durationSumMs: durationSumMs ?? 0,
    opened: opened ?? 0,
    durations: NO_HISTOGRAM,
    ...told,
  };
}

/** Value of one label → slot start → requests. */
export async function countBySlot(
  question: WindowQuestion,
  stepMs: number,
  by: DimensionName,
  only: LabelFilter,
): Promise<Map<string, Map<number, number>>> {
  const groups = new Map<string, Map<number, number>>();
  const bindings = new Bindings();
  const where = conditionsOf(only, question.keys, bindings);
  if (question.plan.parts.length === 0 || where === "") return groups;
  await question.client.eachRow(
    `SELECT toString(label), ${slotOf(stepMs)} AS slot, toFloat64(sum(count))
     FROM ${rowsOf(question, "start_ms, key, count")} AS w
     INNER JOIN (SELECT id, ${DIMENSIONS[by].column} AS label FROM keys WHERE (${where}) AND ${question.visible}) AS k ON k.id = w.key
     GROUP BY label, slot`,
    (cells) => {
      const [value, slot, requests] = cells;
      const slots = groups.get(String(value)) ?? new Map<number, number>();
      groups.set(String(value), slots);
      slots.set(Number(slot), Number(requests));
    },
    bindings,
  );
  return groups;
}

const TYPES = { text: "String", integer: "Int32", boolean: "Bool" } as const;

/** By the columns of table `keys`, where a list of numbers would hold most of them. */
function conditionsOf({ having, among }: LabelFilter, keys: KeyNumbers, bindings: Bindings): string {
  const alternatives: string[] = [];
  const labels = Object.entries(having ?? {}) as [keyof TrafficKey, string | number | boolean][];
  if (having !== undefined)
    alternatives.push(
      labels
        .map(([name, value]) => `${DIMENSIONS[name].column} = ${bindings.add(TYPES[DIMENSIONS[name].type], value)}`)
        .join(" AND ") || "true",
    );
  const ids = among === undefined ? [] : keys.matching({ among });
  if (ids.length > 0) alternatives.push(`id IN (${ids.join(", ")})`);
  return alternatives.map((each) => `(${each})`).join(" OR ");
}
