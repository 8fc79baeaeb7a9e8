import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  UBIGINT,
  UINTEGER,
  UTINYINT,
  VARCHAR,
} from "@duckdb/node-api";
import {
  fillDoubles,
  fillIntegers,
  fillLists,
  fillTexts,
  fillWholes,
} from "#server/telemetry/stores/duckdb/fill-columns.ts";
import { type CellValue, inRange, type SqlType, type Table } from "#server/telemetry/stores/table.ts";

/** How rows come into a table. */
export interface ChunkWriter<Row> {
  /** The table that is appended to, and what is to be run before and after. */
  readonly target: string;
  readonly begin: string | undefined;
  readonly end: string | undefined;
  chunkOf(rows: readonly Row[]): DuckDBDataChunk;
}

const TYPES: Readonly<Record<SqlType, DuckDBType>> = {
  BIGINT,
  UBIGINT,
  INTEGER,
  UTINYINT,
  DOUBLE,
  VARCHAR,
  BOOLEAN,
  "UINTEGER[]": LIST(UINTEGER),
};

/** Whole columns at once where that can be, which costs a fraction. */
function fill(chunk: DuckDBDataChunk, place: number, type: SqlType, values: readonly CellValue[]): void {
  const areNumbers = (all: readonly CellValue[]): all is readonly number[] =>
    all.every((value) => typeof value === "number");
  const areTexts = (all: readonly CellValue[]): all is readonly string[] =>
    all.every((value) => typeof value === "string");
  if (type === "UINTEGER[]") fillLists(chunk, place, values as readonly ArrayLike<number>[]);
  else if ((type === "BIGINT" || type === "UBIGINT") && areNumbers(values)) fillWholes(chunk, place, type, values);
  else if (type === "INTEGER" && areNumbers(values)) fillIntegers(chunk, place, values);
  else if (type === "DOUBLE" && areNumbers(values)) fillDoubles(chunk, place, values);
  else if (type === "VARCHAR" && areTexts(values)) fillTexts(chunk, place, values);
  else
    chunk.setColumnValues(
      place,
      values.map((value) => asDuckdb(type, value)),
    );
}

function asDuckdb(type: SqlType, value: CellValue): DuckDBValue {
  if (value === null) return null;
  // A chunk would hold its last 64 bits without a word.
  if (type === "BIGINT" || type === "UBIGINT") return inRange(type, value as number | bigint);
  return value as DuckDBValue;
}

/**
 * Where rows of this table of this file are appended, and how rows become a chunk of it. DuckDB's appender fills columns by their place: the
 * places are asked of the file, so that a file to which a migration added a column somewhere is filled as one that was made with it. A file
 * with columns that are not known here is filled by way of a table that has the others (`isAside`).
 */
export async function chunkWriter<Row>(table: Table<Row>, connection: DuckDBConnection): Promise<ChunkWriter<Row>> {
  const found = await connection.runAndReadAll(
    "SELECT column_name FROM duckdb_columns() WHERE NOT internal AND table_name = $1 ORDER BY column_index",
    [table.name],
  );
  const known = new Map(table.columns.map((column) => [column.name, column]));
  const columns = found.getRowsJS().flatMap(([name]) => known.get(String(name)) ?? []);
  const types = columns.map(({ type }) => TYPES[type]);
  const isAside = columns.length < found.currentRowCount;
  const target = isAside ? `${table.name}_aside` : table.name;
  const names = columns.map(({ name }) => name).join(", ");
  return {
    target,
    begin: isAside ? `CREATE OR REPLACE TEMP TABLE ${target} AS SELECT ${names} FROM ${table.name} LIMIT 0` : undefined,
    end: isAside ? `INSERT INTO ${table.name} BY NAME SELECT * FROM ${target}` : undefined,
    chunkOf(rows) {
      const chunk = DuckDBDataChunk.create(types, rows.length);
      for (const [place, { type, of }] of columns.entries()) fill(chunk, place, type, rows.map(of));
      return chunk;
    },
  };
}
