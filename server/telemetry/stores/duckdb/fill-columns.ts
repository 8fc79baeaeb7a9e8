import type { DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { vectorOf } from "#server/telemetry/stores/duckdb/column-arrays.ts";

/*
 * The way into a chunk, as column-arrays.ts is the way out: a column is made in one array and copied at once. DuckDB's own vectors take an
 * entry of a list at a time, and a window's histograms have dozens. Every row has a value: a chunk is made with all of them there.
 */

export function fillDoubles(chunk: DuckDBDataChunk, column: number, values: readonly number[]): void {
  copyInto(vectorOf(chunk, column), new Float64Array(values));
}

/** Throws RangeError for what an INTEGER does not hold: the array would keep its last 32 bits without a word. */
export function fillIntegers(chunk: DuckDBDataChunk, column: number, values: readonly number[]): void {
  const all = new Int32Array(values);
  for (let row = 0; row < values.length; row += 1)
    if (all[row] !== values[row]) throw new RangeError(`${values[row]} is no INTEGER`);
  copyInto(vectorOf(chunk, column), all);
}

export function fillTexts(chunk: DuckDBDataChunk, column: number, values: readonly string[]): void {
  const vector = vectorOf(chunk, column);
  for (let row = 0; row < values.length; row += 1) duckdb.vector_assign_string_element(vector, row, values[row] ?? "");
}

const HALF = 2 ** 32;
const RANGES = { BIGINT: [-(2 ** 63), 2 ** 63], UBIGINT: [0, 2 ** 64] } as const;

/** Whole numbers of 64 bits, as two halves: a BigInt for each would be made and thrown away. */
export function fillWholes(
  chunk: DuckDBDataChunk,
  column: number,
  type: "BIGINT" | "UBIGINT",
  values: readonly number[],
): void {
  const [least, beyond] = RANGES[type];
  const halves = new Uint32Array(values.length * 2);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? 0;
    if (!Number.isInteger(value) || value < least || value >= beyond) throw new RangeError(`${value} is no ${type}`);
    halves[row * 2] = value;
    halves[row * 2 + 1] = Math.floor(value / HALF);
  }
  copyInto(vectorOf(chunk, column), halves);
}

/** UINTEGER[]. */
export function fillLists(chunk: DuckDBDataChunk, column: number, lists: readonly ArrayLike<number>[]): void {
  // Offset and length, of 64 bits each: their upper halves stay 0.
  const rows = new Uint32Array(lists.length * 4);
  let size = 0;
  for (const [row, { length }] of lists.entries()) {
    rows[row * 4] = size;
    rows[row * 4 + 2] = length;
    size += length;
  }
  const entries = new Uint32Array(size);
  let at = 0;
  for (const list of lists)
    for (let index = 0; index < list.length; index += 1) {
      entries[at] = list[index] ?? 0;
      at += 1;
    }
  const vector = vectorOf(chunk, column);
  duckdb.list_vector_reserve(vector, size);
  duckdb.list_vector_set_size(vector, size);
  copyInto(duckdb.list_vector_get_child(vector), entries);
  copyInto(vector, rows);
}

function copyInto(vector: duckdb.Vector, { buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): void {
  if (byteLength > 0) duckdb.copy_data_to_vector(vector, 0, buffer, byteOffset, byteLength);
}
