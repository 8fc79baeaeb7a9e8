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
import { fillDoubles, fillIntegers, fillLists, fillWholes } from "#server/telemetry/stores/duckdb/fill-columns.ts";

type SqlType = "BIGINT" | "UBIGINT" | "INTEGER" | "UTINYINT" | "DOUBLE" | "VARCHAR" | "BOOLEAN" | "UINTEGER[]";
type Value = string | number | bigint | boolean | ArrayLike<number> | null;

/** A column, and how a row fills it. */
export interface Column<Row> {
  readonly name: string;
  readonly type: SqlType;
  readonly isRequired: boolean;
  readonly of: (row: Row) => Value;
  /** What is selected for it, under which name. */
  readonly as?: string;
  readonly select?: string;
}

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
function fill(chunk: DuckDBDataChunk, place: number, type: SqlType, values: readonly Value[]): void {
  const areNumbers = (all: readonly Value[]): all is readonly number[] =>
    all.every((value) => typeof value === "number");
  if (type === "UINTEGER[]") fillLists(chunk, place, values as readonly ArrayLike<number>[]);
  else if ((type === "BIGINT" || type === "UBIGINT") && areNumbers(values)) fillWholes(chunk, place, type, values);
  else if (type === "INTEGER" && areNumbers(values)) fillIntegers(chunk, place, values);
  else if (type === "DOUBLE" && areNumbers(values)) fillDoubles(chunk, place, values);
  else
    chunk.setColumnValues(
      place,
      values.map((value) => asDuckdb(type, value)),
    );
}

function asDuckdb(type: SqlType, value: Value): DuckDBValue {
  if (value === null) return null;
  if (type !== "BIGINT" && type !== "UBIGINT") return value as DuckDBValue;
  const whole = BigInt(value as number | bigint);
  // A chunk would hold its last 64 bits without a word.
  if (whole !== (type === "BIGINT" ? BigInt.asIntN(64, whole) : BigInt.asUintN(64, whole)))
    throw new RangeError(`${whole} is no ${type}`);
  return whole;
}

/**
 * A table by its columns. DuckDB's appender fills columns by their place: the places are asked of the file, so that a file to which
 * a migration added a column somewhere is filled as one that was made with it.
 */
export class Table<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];

  constructor(name: string, columns: readonly Column<Row>[]) {
    this.name = name;
    this.columns = columns;
  }

  /** Columns as rows name them, numbers as JavaScript has them: `start_ms::DOUBLE AS "startMs"`. */
  select(only: (column: Column<Row>) => boolean = () => true): string {
    return this.columns
      .filter(only)
      .map(({ name, type, as = name, select }) => {
        const value = select ?? (type === "BIGINT" || type === "UBIGINT" ? `${name}::DOUBLE` : name);
        return value === as ? name : `${value} AS "${as}"`;
      })
      .join(", ");
  }

  /**
   * Where rows of this table of this file are appended, and how rows become a chunk of it. A file with columns that are not known here is
   * filled by way of a table that has the others (`isAside`).
   */
  async writer(connection: DuckDBConnection): Promise<ChunkWriter<Row>> {
    const found = await connection.runAndReadAll(
      "SELECT column_name FROM duckdb_columns() WHERE NOT internal AND table_name = $1 ORDER BY column_index",
      [this.name],
    );
    const known = new Map(this.columns.map((column) => [column.name, column]));
    const columns = found.getRowsJS().flatMap(([name]) => known.get(String(name)) ?? []);
    const types = columns.map(({ type }) => TYPES[type]);
    const isAside = columns.length < found.currentRowCount;
    const target = isAside ? `${this.name}_aside` : this.name;
    const names = columns.map(({ name }) => name).join(", ");
    return {
      target,
      begin: isAside
        ? `CREATE OR REPLACE TEMP TABLE ${target} AS SELECT ${names} FROM ${this.name} LIMIT 0`
        : undefined,
      end: isAside ? `INSERT INTO ${this.name} BY NAME SELECT * FROM ${target}` : undefined,
      chunkOf(rows) {
        const chunk = DuckDBDataChunk.create(types, rows.length);
        for (const [place, { type, of }] of columns.entries()) fill(chunk, place, type, rows.map(of));
        return chunk;
      },
    };
  }
}

/** A column that holds a field of its rows. */
export function field<Row, Name extends keyof Row & string>(
  name: string,
  type: SqlType,
  of: Name,
  more: Partial<Column<Row>> = {},
): Column<Row> {
  return { name, type, isRequired: false, of: (row) => row[of] as Value, as: of, ...more };
}

/** Text of which none is stored as an empty one, and read as null. */
export function optionalText<Row, Name extends keyof Row & string>(name: string, of: Name): Column<Row> {
  return field<Row, Name>(name, "VARCHAR", of, {
    of: (row) => (row[of] as string | null) ?? "",
    select: `nullif(${name}, '')`,
  });
}
