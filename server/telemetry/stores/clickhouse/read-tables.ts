import type { StoredTable } from "#core/view/storage.ts";
import type { OpenedDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { TABLE_TIMES } from "#server/telemetry/stores/table-times.ts";
import { ROW_TABLES } from "#server/telemetry/stores/tables.ts";

const DAY_MS = 86_400_000;

/** What parts take on the disk, with what was deleted of them and is not merged away yet. */
export async function usedBytes({ client }: OpenedDatabase): Promise<number> {
  const sizes = await sizesOf(client);
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

export async function readTables({ client, book }: OpenedDatabase, nowMs: number): Promise<readonly StoredTable[]> {
  const sizes = await sizesOf(client);
  const tables: StoredTable[] = [];
  for (const { name, columns } of ROW_TABLES) {
    const time = TABLE_TIMES.find(([column]) => columns.some((each) => each.name === column));
    const ms = time === undefined ? "0" : `intDiv(${time[0]}, ${time[1]})`;
    const [counted] = await client.rows<{ rows: number; oldest: number; young: number }>(
      `SELECT count() AS rows, min(${ms}) AS oldest, countIf(${ms} >= ${nowMs - DAY_MS}) AS young FROM ${name} WHERE ${book.visible()}`,
    );
    const { rows, oldest, young } = counted ?? { rows: 0, oldest: 0, young: 0 };
    const bytes = rows === 0 ? 0 : (sizes.get(name) ?? 0);
    const hasTime = time !== undefined;
    tables.push({
      name,
      rows,
      bytes,
      // A table that is younger than a day has grown by all of it.
      bytesPerDay: hasTime ? (rows === 0 ? 0 : Math.round((bytes * young) / rows)) : null,
      oldestMs: hasTime && rows > 0 ? oldest : null,
    });
  }
  return tables;
}

async function sizesOf(client: OpenedDatabase["client"]): Promise<ReadonlyMap<string, number>> {
  const rows = await client.rows<{ name: string; bytes: number }>(
    "SELECT table AS name, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table",
  );
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}
