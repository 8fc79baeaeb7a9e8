import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { migrate } from "#server/telemetry/stores/duckdb/migrate.ts";
import { rollUp } from "#server/telemetry/stores/duckdb/roll-up.ts";
import { Writer } from "#server/telemetry/stores/duckdb/writer.ts";
import { rolledBy } from "#server/telemetry/stores/rolled.ts";
import { WINDOWS } from "#server/telemetry/stores/tables.ts";

const START = Date.UTC(2026, 2, 1);
const HOURS = 50;

/** What each table of windows holds after days that came at once were rolled up, so many rows at a time. */
async function rolledUp(rowsMax: number): Promise<unknown> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await migrate(connection, ":memory:");
  await connection.run(
    `INSERT INTO windows_10s SELECT ${START} + w * 50000, k, w, 1, 2, 3, 0, [1024 + w % 7, 2048 + k], [1024], [1025]
     FROM range(${(HOURS * 3600) / 50}) AS a(w), range(3) AS b(k)`,
  );
  const nowMs = START + HOURS * 3_600_000 + 60_000;
  await new Writer(connection).run((transaction) =>
    rollUp(
      transaction,
      rolledBy(() => 0),
      nowMs,
      START,
      rowsMax,
    ),
  );
  const tables: unknown[] = [];
  for (const { name } of TIERS) {
    const rows = await connection.runAndReadAll(
      `SELECT * REPLACE (list_sort(durations) AS durations) FROM ${WINDOWS[name].name} ORDER BY start_ms, key`,
    );
    tables.push(rows.getRowsJson());
  }
  connection.closeSync();
  instance.closeSync();
  return tables;
}

test("days that come at once are rolled up in parts, to the same windows", async () => {
  expect(await rolledUp(100)).toEqual(await rolledUp(Number.POSITIVE_INFINITY));
});
