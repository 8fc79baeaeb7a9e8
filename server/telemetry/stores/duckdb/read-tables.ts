import type { StoredTable } from "#core/view/storage.ts";
import { TABLES } from "#server/telemetry/stores/duckdb/duckdb-tables.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { TABLE_TIMES } from "#server/telemetry/stores/table-times.ts";

const DAY_MS = 86_400_000;

export async function readTables(reader: Reader, nowMs: number): Promise<readonly StoredTable[]> {
  const [size] = await reader.rows("SELECT block_size::DOUBLE AS bytes FROM pragma_database_size()");
  const tables: StoredTable[] = [];
  for (const { name, columns } of TABLES) {
    const [column, perMs] = TABLE_TIMES.find(([time]) => columns.some((each) => each.name === time)) ?? [];
    const time = column === undefined ? undefined : `${column} // ${perMs}`;
    const [counted] = await reader.rows(
      time === undefined
        ? `SELECT count(*)::DOUBLE AS rows FROM ${name}`
        : `SELECT count(*)::DOUBLE AS rows, min(${time})::DOUBLE AS oldest, count(*) FILTER (WHERE ${time} >= ${nowMs - DAY_MS})::DOUBLE AS young FROM ${name}`,
    );
    const [stored] = await reader.rows(
      `SELECT count(DISTINCT block_id)::DOUBLE AS blocks FROM pragma_storage_info('${name}') WHERE block_id >= 0`,
    );
    const rows = Number(counted?.rows ?? 0);
    const bytes = Number(stored?.blocks ?? 0) * Number(size?.bytes ?? 0);
    const oldestMs = typeof counted?.oldest === "number" ? counted.oldest : null;
    // A table that is younger than a day has grown by all of it.
    const bytesPerDay =
      time === undefined ? null : rows === 0 ? 0 : Math.round((bytes * Number(counted?.young)) / rows);
    tables.push({ name, rows, bytes, bytesPerDay, oldestMs });
  }
  return tables;
}
