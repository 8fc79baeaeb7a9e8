import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { TABLES } from "#server/telemetry/stores/duckdb/duckdb-tables.ts";
import { migrate } from "#server/telemetry/stores/duckdb/migrate.ts";

test("the migrations make every table that rows are written to, with these columns", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await migrate(connection, ":memory:");
  const columns = await connection.runAndReadAll(
    "SELECT table_name AS name, column_name AS col, data_type AS type, NOT is_nullable AS required FROM duckdb_columns() WHERE NOT internal",
  );
  connection.closeSync();
  instance.closeSync();
  const made = columns.getRowObjectsJS().filter(({ name }) => !["schema_version", "restoring"].includes(String(name)));
  const wanted = TABLES.flatMap((table) =>
    table.columns.map(({ name, type, isRequired }) => ({ name: table.name, col: name, type, required: isRequired })),
  );
  const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  expect(sorted(made)).toEqual(sorted(wanted));
});
