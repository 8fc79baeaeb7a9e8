import type { DuckDBAppender, DuckDBConnection } from "@duckdb/node-api";

type SqlType = "BIGINT" | "UBIGINT" | "INTEGER" | "UINTEGER" | "UTINYINT" | "DOUBLE" | "VARCHAR" | "BOOLEAN";
type Value = string | number | bigint | boolean | null;

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

const APPEND: Readonly<Record<SqlType, (to: DuckDBAppender, value: never) => void>> = {
  BIGINT: (to, value: number | bigint) => to.appendBigInt(BigInt(value)),
  UBIGINT: (to, value: number | bigint) => to.appendUBigInt(BigInt(value)),
  INTEGER: (to, value: number) => to.appendInteger(value),
  UINTEGER: (to, value: number) => to.appendUInteger(value),
  UTINYINT: (to, value: number) => to.appendUTinyInt(value),
  DOUBLE: (to, value: number) => to.appendDouble(value),
  VARCHAR: (to, value: string) => to.appendVarchar(value),
  BOOLEAN: (to, value: boolean) => to.appendBoolean(value),
};

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

  /** What appends a row to this table of this file. */
  async writer(connection: DuckDBConnection): Promise<(to: DuckDBAppender, row: Row) => void> {
    const found = await connection.runAndReadAll(
      "SELECT column_name FROM duckdb_columns() WHERE NOT internal AND table_name = $1 ORDER BY column_index",
      [this.name],
    );
    const known = new Map(this.columns.map((column) => [column.name, column]));
    const places = found.getRowsJS().map(([name]) => {
      const column = known.get(String(name));
      if (column === undefined) return undefined;
      return { of: column.of, append: APPEND[column.type] as (to: DuckDBAppender, value: Value) => void };
    });
    return (to, row) => {
      for (const place of places) {
        const value = place?.of(row) ?? null;
        if (place === undefined) to.appendDefault();
        else if (value === null) to.appendNull();
        else place.append(to, value);
      }
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
