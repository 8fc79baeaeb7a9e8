import { type Measure, type Segment, sumMeasures } from "#server/telemetry/stores/duckdb/segments/segment.ts";
import { measureSlots, segmentTable, within } from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";
import { sumWindows } from "#server/telemetry/stores/duckdb/sum-windows.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { WINDOW_TABLES } from "#server/telemetry/stores/tables.ts";

/**
 * Makes windows whose segment is damaged from the finer ones of that time, where those tell of more. Resolves with what the table
 * held before, and holds now.
 */
export async function refillSegment(
  transaction: WriteTransaction,
  { table: name, fromMs, toMs }: Segment,
): Promise<{ readonly before: Measure; readonly after: Measure }> {
  const { connection } = transaction;
  const table = segmentTable(name);
  const measure = async (of: string): Promise<Measure> => {
    const each = segmentTable(of);
    return sumMeasures(await measureSlots(connection, each, within(each, fromMs, toMs)));
  };
  const before = await measure(name);
  const into = WINDOW_TABLES.find((each) => each.name === name);
  if (into === undefined || table.madeOf === undefined || (await measure(table.madeOf.table)).weight <= before.weight)
    return { before, after: before };
  const { table: finer, stepMs } = table.madeOf;
  await connection.run(`DELETE FROM ${name} WHERE ${within(table, fromMs, toMs)}`);
  await sumWindows(transaction, { table: finer, where: within(table, fromMs, toMs), into, stepMs });
  return { before, after: await measure(name) };
}
