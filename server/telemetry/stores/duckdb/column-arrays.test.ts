import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { bytesOfColumn, doublesOf, integersOf, listsOf } from "#server/telemetry/stores/duckdb/column-arrays.ts";

// More rows than a chunk has, lists of many lengths and of none, and two tables in turns, as windows are read.
const ROWS = `SELECT i::INTEGER AS id, i / 4.0::DOUBLE AS share, list_transform(range(i % 7), n -> (i * 8 + n)::UINTEGER) AS list,
  (i % 3 = 0)::UTINYINT AS flag FROM range(5000) AS t(i)`;

it("columns are what DuckDB's own vectors answer, cell by cell", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const sql = `${ROWS} UNION ALL (${ROWS} WHERE i % 2 = 1)`;
  const read: unknown[][] = [];
  for (const chunk of await (await connection.run(sql)).fetchAllChunks()) {
    const [ids, shares, flags] = [integersOf(chunk, 0), doublesOf(chunk, 1), bytesOfColumn(chunk, 3)];
    const { offsets, lengths, entries } = listsOf(chunk, 2);
    for (let row = 0; row < chunk.rowCount; row += 1) {
      const from = offsets[row] ?? 0;
      const list = [...entries.subarray(from, from + (lengths[row] ?? 0))];
      read.push([ids[row], shares[row], list, flags[row]]);
    }
  }
  const cells = (await connection.runAndReadAll(sql)).getRowsJS();
  expect(read).toHaveLength(7500);
  expect(read.sort(byText)).toEqual(cells.sort(byText));
  connection.closeSync();
});

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
