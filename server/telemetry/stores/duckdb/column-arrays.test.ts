import { BIGINT, DOUBLE, DuckDBDataChunk, DuckDBInstance, INTEGER, LIST, UBIGINT, UINTEGER } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { bytesOfColumn, doublesOf, integersOf, listsOf } from "#server/telemetry/stores/duckdb/column-arrays.ts";
import { fillDoubles, fillIntegers, fillLists, fillWholes } from "#server/telemetry/stores/duckdb/fill-columns.ts";

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

it("what columns are filled with is what is read, to the bounds of each type", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("CREATE TABLE t (a BIGINT, b UBIGINT, c INTEGER, d DOUBLE, e UINTEGER[])");
  const [big, positive] = [
    [-(2 ** 63), -1, 0, 1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32) - 7, 2 ** 53 - 1, 2 ** 62],
    [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, 2 ** 53 - 1, 2 ** 60, 2 ** 63],
  ];
  const small = [-(2 ** 31), -1, 0, 1, 2, 3, 5, 7, 2 ** 31 - 1];
  const doubles = [0, -0.5, 1 / 3, 1e300, -1e-300, 2 ** 53, 7, 8, 9];
  const lists = [[], [1], [2 ** 32 - 1, 0, 3], [], Uint32Array.of(4, 5), [6], [7, 8, 9, 10], [], [11]];
  const chunk = DuckDBDataChunk.create([BIGINT, UBIGINT, INTEGER, DOUBLE, LIST(UINTEGER)], big.length);
  fillWholes(chunk, 0, "BIGINT", big);
  fillWholes(chunk, 1, "UBIGINT", positive);
  fillIntegers(chunk, 2, small);
  fillDoubles(chunk, 3, doubles);
  fillLists(chunk, 4, lists);
  const appender = await connection.createAppender("t");
  appender.appendDataChunk(chunk);
  appender.closeSync();
  const read = (await connection.runAndReadAll("SELECT a, b, c, d, e FROM t")).getRowsJS();
  expect(read).toEqual(
    big.map((value, row) => [
      BigInt(value),
      BigInt(positive[row] ?? 0),
      small[row],
      doubles[row],
      [...Array.from(lists[row] ?? [])],
    ]),
  );
  connection.closeSync();
});

it.each([
  ["BIGINT", 2 ** 63],
  ["BIGINT", 0.5],
  ["UBIGINT", -1],
  ["UBIGINT", 2 ** 64],
  ["UBIGINT", Number.NaN],
] as const)("%s is refused %d", (type, value) => {
  const chunk = DuckDBDataChunk.create([type === "BIGINT" ? BIGINT : UBIGINT], 1);
  expect(() => fillWholes(chunk, 0, type, [value])).toThrow(RangeError);
});

it("INTEGER is refused what it would cut", () => {
  expect(() => fillIntegers(DuckDBDataChunk.create([INTEGER], 1), 0, [2 ** 31])).toThrow(RangeError);
});

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
