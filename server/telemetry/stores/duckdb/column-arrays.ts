import type { DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";

/** Lists of a column: row `n` has `lengths[n]` entries, from `offsets[n]` on. */
export interface ListColumn {
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly entries: Uint32Array;
}

/*
 * Columns of a chunk as arrays, copied out of DuckDB's memory at once: its own vectors answer a cell at a time, and cost several times as much
 * where there are many. Which rows have no value is not told: who asks selects columns that always have one.
 */

/** Of DOUBLE. */
export function doublesOf(chunk: DuckDBDataChunk, column: number): Float64Array {
  const { buffer, byteOffset } = bytesOf(vectorOf(chunk, column), chunk.rowCount * Float64Array.BYTES_PER_ELEMENT);
  return new Float64Array(buffer, byteOffset, chunk.rowCount);
}

/** Of INTEGER. */
export function integersOf(chunk: DuckDBDataChunk, column: number): Int32Array {
  const { buffer, byteOffset } = bytesOf(vectorOf(chunk, column), chunk.rowCount * Int32Array.BYTES_PER_ELEMENT);
  return new Int32Array(buffer, byteOffset, chunk.rowCount);
}

/** Of UTINYINT. */
export function bytesOfColumn(chunk: DuckDBDataChunk, column: number): Uint8Array {
  return bytesOf(vectorOf(chunk, column), chunk.rowCount);
}

/** Of UINTEGER[]. */
export function listsOf(chunk: DuckDBDataChunk, column: number): ListColumn {
  const { rowCount } = chunk;
  const vector = vectorOf(chunk, column);
  // For each row two numbers of 64 bits, of which the lower halves say everything: a chunk has no 2^32 entries.
  const { buffer, byteOffset } = bytesOf(vector, rowCount * 2 * BigUint64Array.BYTES_PER_ELEMENT);
  const halves = new Uint32Array(buffer, byteOffset, rowCount * 4);
  const offsets = new Uint32Array(rowCount);
  const lengths = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    offsets[row] = halves[row * 4] ?? 0;
    lengths[row] = halves[row * 4 + 2] ?? 0;
  }
  const size = duckdb.list_vector_get_size(vector);
  const child = bytesOf(duckdb.list_vector_get_child(vector), size * Uint32Array.BYTES_PER_ELEMENT);
  return { offsets, lengths, entries: new Uint32Array(child.buffer, child.byteOffset, size) };
}

export function vectorOf({ chunk }: DuckDBDataChunk, column: number): duckdb.Vector {
  return duckdb.data_chunk_get_vector(chunk, column);
}

function bytesOf(vector: duckdb.Vector, length: number): Uint8Array {
  return duckdb.vector_get_data(vector, length);
}
