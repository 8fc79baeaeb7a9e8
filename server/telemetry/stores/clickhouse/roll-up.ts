import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { tableRows } from "#server/telemetry/stores/clickhouse/cells.ts";
import { insertSums } from "#server/telemetry/stores/clickhouse/sum-windows.ts";
import type { WriteBatch } from "#server/telemetry/stores/clickhouse/writer.ts";
import { dueOf, type Rolled } from "#server/telemetry/stores/rolled.ts";
import { ROLLED, WINDOWS } from "#server/telemetry/stores/tables.ts";

/** Adds finished windows to the coarser tables, in one batch with the mark that says so. `firstMs`: start of the oldest window. */
export async function rollUp(
  { number, visible, insert, run }: WriteBatch,
  from: Rolled,
  nowMs: number,
  firstMs: number,
): Promise<Rolled> {
  const rolled = { ...from };
  for (const [index, { name, stepMs }] of TIERS.entries()) {
    const finer = TIERS[index - 1];
    if (name === "10s" || finer === undefined) continue;
    const due = dueOf(rolled, name, nowMs, firstMs);
    if (due === undefined) continue;
    const where = `start_ms >= ${due.startMs} AND start_ms < ${due.endMs} AND ${visible}`;
    await run(insertSums(WINDOWS[finer.name].name, WINDOWS[name].name, stepMs, where, number));
    await insert([tableRows(ROLLED, [{ tier: name, untilMs: due.endMs }], number)]);
    rolled[name] = due.endMs;
  }
  return rolled;
}
