import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { BUCKET_BITS } from "#core/telemetry/histogram.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { migrate } from "#server/telemetry/stores/duckdb/migrate.ts";
import { rollUp } from "#server/telemetry/stores/duckdb/roll-up.ts";
import { Writer } from "#server/telemetry/stores/duckdb/writer.ts";
import { rolledBy } from "#server/telemetry/stores/rolled.ts";
import { WINDOWS } from "#server/telemetry/stores/tables.ts";

const START = Date.UTC(2026, 2, 1);
const HOURS = 50;

/** Rows of three keys, a window in fifty seconds; some in two halves where `areHalved`. */
function windowsOf(areHalved: boolean): string {
  const one = 2 ** BUCKET_BITS;
  const rows = (from: string, times: number) =>
    `SELECT ${START} + w * 50000, k, ${times} * w, ${times}, ${2 * times}, ${3 * times}, 0, [${times * one} + w % 7],
     [${times * one}], [${times * one}] FROM ${from}`;
  const all = `(SELECT * FROM range(${(HOURS * 3600) / 50}) AS a(w), range(3) AS b(k))`;
  if (!areHalved) return rows(all, 2);
  const halves = `(SELECT w, k FROM ${all}, range(2) WHERE (w + k) % 2 = 0)`;
  return `${rows(halves, 1)} UNION ALL ${rows(`${all} WHERE (w + k) % 2 = 1`, 2)}`;
}

/** What each table of windows holds after days that came at once were rolled up, so many rows at a time. */
async function rolledUp(rowsMax: number, areHalved = false): Promise<unknown> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await migrate(connection, ":memory:");
  await connection.run(`INSERT INTO windows_10s ${windowsOf(areHalved)}`);
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

test("a window that came in two reports is one row, and those that came whole stay", async () => {
  expect(await rolledUp(100, true)).toEqual(await rolledUp(Number.POSITIVE_INFINITY));
});
