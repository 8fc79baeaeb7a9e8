import { keptFrom, type Retention } from "#server/telemetry/ports/retention.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import type { OpenedDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { keptUntil, REPORTS_MS } from "#server/telemetry/stores/rolled.ts";
import { KEYS, POINTS, ROW_TABLES, SERIES, SHAPES, WINDOW_TABLES, WINDOWS } from "#server/telemetry/stores/tables.ts";

export interface Dropped {
  readonly keys: readonly number[];
  readonly series: ReadonlySet<number>;
}

/**
 * Takes away what is too old: whole partitions as they are, and of the one at the edge its rows. `shrink` (0 to 1) shortens the life of spans, logs
 * and samples. Between two batches; what it is interrupted in is done by the next.
 */
export async function dropOld(
  { client, book, beside }: OpenedDatabase,
  retention: Retention,
  nowMs: number,
  shrink: number,
): Promise<Dropped> {
  const kept = keptFrom(retention, nowMs);
  const until = keptUntil(kept, beside.rolled);
  const since = (keptMs: number): number => Math.floor(nowMs - keptMs * (1 - shrink));
  const drop = async (table: string, column: string, before: number): Promise<void> => {
    const old = await client.rows<{ id: string; isWhole: number }>(
      `SELECT _partition_id AS id, max(${column}) < ${before} AS isWhole FROM ${table} GROUP BY _partition_id HAVING min(${column}) < ${before}`,
    );
    for (const { id, isWhole } of old)
      if (isWhole === 1) await client.run(`ALTER TABLE ${table} DROP PARTITION ID '${id}'`);
    if (old.some(({ isWhole }) => isWhole === 0)) await client.run(`DELETE FROM ${table} WHERE ${column} < ${before}`);
  };
  for (const { name } of TIERS) await drop(WINDOWS[name].name, "start_ms", until[name]);
  await drop(SHAPES.name, "start_ms", kept["1m"]);
  await drop("requests", "start_ms", since(retention.samplesMs));
  await drop("spans", "start_us", since(retention.spansMs) * 1000);
  await drop("logs", "at_us", since(retention.logsMs) * 1000);
  await drop("gaps", "end_ms", kept["10m"]);
  await drop(POINTS.name, "at_ms", since(retention.pointsMs));
  const visible = book.visible();
  const hidden = book.hidden();
  for (const table of [...ROW_TABLES.map(({ name }) => name), "commits"]) await deleteSome(client, table, hidden);
  // Only the newest sequence of an agent tells anything, and of one that was silent for so long nothing old is taken any more.
  await deleteSome(
    client,
    "reports",
    `received_ms < ${nowMs - REPORTS_MS} OR (reporter, store_id, sequence) NOT IN
     (SELECT reporter, store_id, max(sequence) FROM reports WHERE ${visible} GROUP BY reporter, store_id)`,
  );
  await deleteSome(
    client,
    "rolled",
    `(tier, until_ms) NOT IN (SELECT tier, max(until_ms) FROM rolled WHERE ${visible} GROUP BY tier)`,
  );
  await book.dropOld();
  const used = [...WINDOW_TABLES, SHAPES].map(({ name }) => `SELECT key FROM ${name} WHERE ${visible}`);
  const keys = await deleteUnused(client, KEYS.name, used.join(" UNION ALL "));
  const series = await deleteUnused(client, SERIES.name, `SELECT series FROM ${POINTS.name} WHERE ${visible}`);
  return { keys, series: new Set(series) };
}

type Client = OpenedDatabase["client"];

/** A mutation looks through parts even where there is nothing to be done. */
async function deleteSome(client: Client, table: string, where: string): Promise<void> {
  const [found] = await client.rows<{ some: number }>(`SELECT count() AS some FROM ${table} WHERE ${where}`);
  if ((found?.some ?? 0) > 0) await client.run(`DELETE FROM ${table} WHERE ${where}`);
}

/** Numbers that nothing names any more. */
async function deleteUnused(client: Client, table: string, used: string): Promise<number[]> {
  const unused = await client.rows<{ id: number }>(`SELECT id FROM ${table} WHERE id NOT IN (${used})`);
  const ids = unused.map(({ id }) => id);
  if (ids.length > 0) await client.run(`DELETE FROM ${table} WHERE id IN (${ids.join(", ")})`);
  return ids;
}
