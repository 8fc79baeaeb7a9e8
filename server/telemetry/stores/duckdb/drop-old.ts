import { keptFrom, type Retention } from "#server/telemetry/ports/retention.ts";
import { TIERS, type TierName } from "#server/telemetry/ports/tiers.ts";
import type { Rolled } from "#server/telemetry/stores/duckdb/roll-up.ts";
import { POINTS, SERIES, SHAPES, WINDOW_TABLES, WINDOWS } from "#server/telemetry/stores/duckdb/tables.ts";
import { forgetOlder } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";

/** A day longer than agents may wait with what they tell. */
const REPORTS_MS = 32 * 86_400_000;

export interface Dropped {
  readonly keys: readonly number[];
  readonly series: ReadonlySet<number>;
  /** Up to when windows are gone. */
  readonly untilMs: Readonly<Record<TierName, number>>;
}

/**
 * Takes away what is too old; `shrink` (0 to 1) shortens the life of spans, logs and samples when the file is too large.
 * Resolves with the numbers of labels that no window has any more, and of series without a sample.
 */
export async function dropOld(
  { connection }: WriteTransaction,
  retention: Retention,
  nowMs: number,
  shrink: number,
  rolled: Rolled,
): Promise<Dropped> {
  const kept = keptFrom(retention, nowMs);
  const bulky = 1 - shrink;
  // What no longer window tells of yet is not too old, as long as any would be kept.
  const until = {
    ...kept,
    "10s": Math.max(kept["10m"], Math.min(kept["10s"], rolled["1m"])),
    "1m": Math.max(kept["10m"], Math.min(kept["1m"], rolled["10m"])),
  };
  for (const { name } of TIERS)
    await connection.run(`DELETE FROM ${WINDOWS[name].name} WHERE start_ms < ${until[name]}`);
  await connection.run(`DELETE FROM ${SHAPES.name} WHERE start_ms < ${kept["1m"]}`);
  await connection.run(`DELETE FROM requests WHERE start_ms < ${Math.floor(nowMs - retention.samplesMs * bulky)}`);
  await connection.run(`DELETE FROM spans WHERE start_us < ${Math.floor(nowMs - retention.spansMs * bulky) * 1000}`);
  await connection.run(`DELETE FROM logs WHERE at_us < ${Math.floor(nowMs - retention.logsMs * bulky) * 1000}`);
  await connection.run(`DELETE FROM gaps WHERE end_ms < ${kept["10m"]}`);
  // Only the newest sequence of an agent tells anything, and of one that was silent for so long nothing old is taken any more.
  await connection.run(
    `DELETE FROM reports WHERE received_ms < ${nowMs - REPORTS_MS} OR (reporter, store_id, sequence) NOT IN (SELECT reporter, store_id, max(sequence) FROM reports GROUP BY ALL)`,
  );
  await connection.run(
    "DELETE FROM rolled WHERE (tier, until_ms) NOT IN (SELECT tier, max(until_ms) FROM rolled GROUP BY tier)",
  );
  await connection.run(`DELETE FROM ${POINTS.name} WHERE at_ms < ${Math.floor(nowMs - retention.pointsMs * bulky)}`);
  const ended = await connection.runAndReadAll(
    `DELETE FROM ${SERIES.name} WHERE id NOT IN (SELECT series FROM ${POINTS.name}) RETURNING id`,
  );
  await forgetOlder(connection);
  const used = [...WINDOW_TABLES, SHAPES].map(({ name }) => `SELECT key FROM ${name}`).join(" UNION ");
  const unused = await connection.runAndReadAll(`DELETE FROM keys WHERE id NOT IN (${used}) RETURNING id`);
  const idsOf = (rows: typeof unused): number[] => rows.getRowObjectsJS().map(({ id }) => Number(id));
  return { keys: idsOf(unused), series: new Set(idsOf(ended)), untilMs: until };
}
