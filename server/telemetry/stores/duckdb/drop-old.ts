import { keptFrom, type Retention } from "#server/telemetry/ports/retention.ts";
import { TIERS, type TierName } from "#server/telemetry/ports/tiers.ts";
import { forgetOlder } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { keptUntil, REPORTS_MS, type Rolled } from "#server/telemetry/stores/rolled.ts";
import {
  GAPS,
  LOGS,
  POINTS,
  REQUESTS,
  SERIES,
  SHAPES,
  SPANS,
  WINDOW_TABLES,
  WINDOWS,
} from "#server/telemetry/stores/tables.ts";

export interface Dropped {
  readonly keys: readonly number[];
  readonly series: ReadonlySet<number>;
  /** Up to when windows are gone. */
  readonly untilMs: Readonly<Record<TierName, number>>;
  /** The same of each table that has times. */
  readonly cutsMs: Readonly<Record<string, number>>;
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
  const until = keptUntil(kept, rolled);
  const cutsMs: Record<string, number> = {};
  const drop = async (table: string, time: string, cutMs: number, unitsPerMs = 1): Promise<void> => {
    cutsMs[table] = cutMs;
    await connection.run(`DELETE FROM ${table} WHERE ${time} < ${cutMs * unitsPerMs}`);
  };
  const since = (keptMs: number): number => Math.floor(nowMs - keptMs * bulky);
  for (const { name } of TIERS) await drop(WINDOWS[name].name, "start_ms", until[name]);
  await drop(SHAPES.name, "start_ms", kept["1m"]);
  await drop(REQUESTS.name, "start_ms", since(retention.samplesMs));
  await drop(SPANS.name, "start_us", since(retention.spansMs), 1000);
  await drop(LOGS.name, "at_us", since(retention.logsMs), 1000);
  await drop(POINTS.name, "at_ms", since(retention.pointsMs));
  // One that has begun before may last until later.
  await drop(GAPS.name, "end_ms", kept["10m"]);
  // Only the newest sequence of an agent tells anything, and of one that was silent for so long nothing old is taken any more.
  await connection.run(
    `DELETE FROM reports WHERE received_ms < ${nowMs - REPORTS_MS} OR (reporter, store_id, sequence) NOT IN (SELECT reporter, store_id, max(sequence) FROM reports GROUP BY ALL)`,
  );
  await connection.run(
    "DELETE FROM rolled WHERE (tier, until_ms) NOT IN (SELECT tier, max(until_ms) FROM rolled GROUP BY tier)",
  );
  const ended = await connection.runAndReadAll(
    `DELETE FROM ${SERIES.name} WHERE id NOT IN (SELECT series FROM ${POINTS.name}) RETURNING id`,
  );
  await forgetOlder(connection);
  const used = [...WINDOW_TABLES, SHAPES].map(({ name }) => `SELECT key FROM ${name}`).join(" UNION ");
  const unused = await connection.runAndReadAll(`DELETE FROM keys WHERE id NOT IN (${used}) RETURNING id`);
  const idsOf = (rows: typeof unused): number[] => rows.getRowObjectsJS().map(({ id }) => Number(id));
  return { keys: idsOf(unused), series: new Set(idsOf(ended)), untilMs: until, cutsMs };
}
