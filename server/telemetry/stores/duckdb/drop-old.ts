import { keptFrom, type Retention } from "#server/telemetry/ports/retention.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { POINTS, SERIES, WINDOW_TABLES, WINDOWS } from "#server/telemetry/stores/duckdb/tables.ts";
import { forgetOlder } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";

export interface Dropped {
  readonly keys: readonly number[];
  readonly series: ReadonlySet<number>;
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
): Promise<Dropped> {
  const kept = keptFrom(retention, nowMs);
  const bulky = 1 - shrink;
  for (const { name } of TIERS)
    await connection.run(`DELETE FROM ${WINDOWS[name].name} WHERE start_ms < ${kept[name]}`);
  await connection.run(`DELETE FROM samples WHERE start_ms < ${Math.floor(nowMs - retention.samplesMs * bulky)}`);
  await connection.run(`DELETE FROM spans WHERE start_us < ${Math.floor(nowMs - retention.spansMs * bulky) * 1000}`);
  await connection.run(`DELETE FROM logs WHERE at_us < ${Math.floor(nowMs - retention.logsMs * bulky) * 1000}`);
  await connection.run(`DELETE FROM gaps WHERE end_ms < ${kept["10m"]}`);
  // Only the newest sequence of an agent tells anything, and an agent that was silent for the whole retention is gone.
  await connection.run(
    `DELETE FROM reports WHERE received_ms < ${kept["10m"]} OR (reporter, store_id, sequence) NOT IN (SELECT reporter, store_id, max(sequence) FROM reports GROUP BY ALL)`,
  );
  await connection.run(
    "DELETE FROM rolled WHERE (tier, until_ms) NOT IN (SELECT tier, max(until_ms) FROM rolled GROUP BY tier)",
  );
  await connection.run(`DELETE FROM ${POINTS.name} WHERE at_ms < ${Math.floor(nowMs - retention.pointsMs * bulky)}`);
  const ended = await connection.runAndReadAll(
    `DELETE FROM ${SERIES.name} WHERE id NOT IN (SELECT series FROM ${POINTS.name}) RETURNING id`,
  );
  await forgetOlder(connection);
  const used = WINDOW_TABLES.map(({ name }) => `SELECT key FROM ${name}`).join(" UNION ");
  const unused = await connection.runAndReadAll(`DELETE FROM keys WHERE id NOT IN (${used}) RETURNING id`);
  const idsOf = (rows: typeof unused): number[] => rows.getRowObjectsJS().map(({ id }) => Number(id));
  return { keys: idsOf(unused), series: new Set(idsOf(ended)) };
}
