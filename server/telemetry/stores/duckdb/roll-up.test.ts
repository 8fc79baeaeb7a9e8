import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { BUCKET_BITS } from "#core/telemetry/histogram.ts";
import { sumOf } from "#node/ledger-file.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { countHeld } from "#server/telemetry/stores/duckdb/held.ts";
import { migrate } from "#server/telemetry/stores/duckdb/migrate.ts";
import { rollUp } from "#server/telemetry/stores/duckdb/roll-up.ts";
import { Writer } from "#server/telemetry/stores/duckdb/writer.ts";
import { rolledBy } from "#server/telemetry/stores/rolled.ts";
import { WINDOWS } from "#server/telemetry/stores/tables.ts";

const START = Date.UTC(2026, 2, 1);
const HOURS = 50;

/** Rows of three keys, a window in fifty seconds; some in three parts where `areParted`. */
function windowsOf(areParted: boolean): string {
  const one = 2 ** BUCKET_BITS;
  const rows = (from: string, times: number) =>
    `SELECT ${START} + w * 50000, k, ${times} * w, ${times}, ${2 * times}, ${3 * times}, 0, [${times * one} + w % 7],
     [${times * one}], [${times * one}] FROM ${from}`;
  const all = `(SELECT * FROM range(${(HOURS * 3600) / 50}) AS a(w), range(3) AS b(k))`;
  if (!areParted) return rows(all, 3);
  const parts = `(SELECT w, k FROM ${all}, range(3) WHERE (w + k) % 2 = 0)`;
  return `${rows(parts, 1)} UNION ALL ${rows(`${all} WHERE (w + k) % 2 = 1`, 3)}`;
}

/** What each table of windows holds after days that came at once were rolled up, so many rows at a time. */
async function rolledUp(rowsMax: number, areParted = false): Promise<unknown> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await migrate(connection, ":memory:");
  await connection.run(`INSERT INTO windows_10s ${windowsOf(areParted)}`);
  await connection.run(
    `INSERT INTO shapes SELECT ${START} + m * 60000, k, 'GET', '/' || s, m FROM range(${HOURS * 60}) AS a(m), range(3) AS b(k), range(2) AS c(s)`,
  );
  const nowMs = START + HOURS * 3_600_000 + 60_000;
  const before = await countHeld(connection);
  const { added } = await new Writer(connection).run((transaction) =>
    rollUp(
      transaction,
      rolledBy(() => 0),
      nowMs,
      START,
      rowsMax,
    ),
  );
  expect(sumOf([before, added]), "what is held, without a look at all of it").toEqual(await countHeld(connection));
  const shapes = await connection.runAndReadAll("FROM shapes ORDER BY ALL");
  expect(shapes.currentRowCount).toBe(HOURS * 6 * 3 * 2);
  const tables: unknown[] = [shapes.getRowsJson()];
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

test("a minute of series with wide histograms is rolled up, however few they are", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "80MB", temp_directory: "" });
  const connection = await instance.connect();
  await migrate(connection, ":memory:");
  const buckets = `list_transform(range(300), b -> ${2 ** BUCKET_BITS} + (k + b) % 700)`;
  await connection.run(
    `INSERT INTO windows_10s SELECT ${START}, k, 300, 1, 1, 1, 0, ${buckets}, [], [] FROM range(10000) AS a(k)`,
  );
  await new Writer(connection).run((work) =>
    rollUp(
      work,
      rolledBy(() => 0),
      START + 120_000,
      START,
      10_000,
    ),
  );
  const rows = await connection.runAndReadAll("SELECT count(*)::INTEGER, sum(len(durations))::INTEGER FROM windows_1m");
  expect(rows.getRowsJS()).toEqual([[10_000, 3_000_000]]);
  connection.closeSync();
  instance.closeSync();
});

test("a minute of more series than fit into memory at once is rolled up", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "80MB", temp_directory: "" });
  const connection = await instance.connect();
  await migrate(connection, ":memory:");
  const buckets = `list_transform(range(30), b -> ${2 ** BUCKET_BITS} + (k + b * 7) % 300)`;
  await connection.run(
    `INSERT INTO windows_10s SELECT ${START}, k, 30, 1, 1, 1, 0, ${buckets}, [], [] FROM range(100000) AS a(k)`,
  );
  const roll = (rowsMax: number) => {
    const rolled = rolledBy(() => 0);
    return new Writer(connection).run((work) => rollUp(work, rolled, START + 120_000, START, rowsMax));
  };
  await expect(roll(Number.POSITIVE_INFINITY)).rejects.toThrow("Out of Memory");
  await roll(10_000);
  const rows = await connection.runAndReadAll(
    "SELECT count(*)::INTEGER, sum(count)::INTEGER, sum(len(durations))::INTEGER FROM windows_1m",
  );
  expect(rows.getRowsJS()).toEqual([[100_000, 3_000_000, 3_000_000]]);
  connection.closeSync();
  instance.closeSync();
});

test("a window that came in many reports is one row, and those that came whole stay", async () => {
  expect(await rolledUp(100, true)).toEqual(await rolledUp(Number.POSITIVE_INFINITY));
});

test("what agents claim to have carried stops no roll-up, however much it comes to", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await migrate(connection, ":memory:");
  const most = "18446744073709551615::UBIGINT";
  await connection.run(
    `INSERT INTO windows_10s SELECT ${START} + w * 10000, k % 2, 1, ${most}, ${most}, 1, 0, [], [], [] FROM range(6) AS a(w), range(9) AS b(k)`,
  );
  await new Writer(connection).run((work) =>
    rollUp(
      work,
      rolledBy(() => 0),
      START + 7_200_000,
      START,
    ),
  );
  for (const name of ["windows_10s", "windows_1m", "windows_10m"]) {
    const rows = await connection.runAndReadAll(`SELECT sum(count)::INTEGER FROM ${name}`);
    expect(rows.getRowsJS()).toEqual([[54]]);
  }
  connection.closeSync();
  instance.closeSync();
});
