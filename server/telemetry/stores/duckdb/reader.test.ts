import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { Reader } from "#server/telemetry/stores/duckdb/reader.ts";

test("a question that takes too long ends, and the next one is answered", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = new Reader(connection, 100);
  const slow = reader.rows(
    "SELECT count(*) FROM range(1000000000) AS a, range(1000000000) AS b WHERE hash(a.range, b.range) = 1",
  );
  const next = reader.rows("SELECT 1 AS one");
  await expect(slow).rejects.toMatchObject({ code: "timeout" });
  expect(await next).toEqual([{ one: 1 }]);
  connection.closeSync();
  instance.closeSync();
});
