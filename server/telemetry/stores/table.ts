export type SqlType = "BIGINT" | "UBIGINT" | "INTEGER" | "UTINYINT" | "DOUBLE" | "VARCHAR" | "BOOLEAN" | "UINTEGER[]";
export type CellValue = string | number | bigint | boolean | ArrayLike<number> | null;

/** A column, and how a row fills it. */
export interface Column<Row> {
  readonly name: string;
  readonly type: SqlType;
  readonly isRequired: boolean;
  readonly of: (row: Row) => CellValue;
  /** What is selected for it, under which name. */
  readonly as?: string;
  readonly select?: string;
}

/** A table by its columns, in SQL's words: those of DuckDB, which ClickHouse knows too. */
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
}

/** A whole number of 64 bits; throws RangeError for one that has more. */
export function inRange(type: "BIGINT" | "UBIGINT", value: number | bigint): bigint {
  const whole = BigInt(value);
  if (whole !== (type === "BIGINT" ? BigInt.asIntN(64, whole) : BigInt.asUintN(64, whole)))
    throw new RangeError(`${whole} is no ${type}`);
  return whole;
}

const INTEGERS = { INTEGER: [-(2 ** 31), 2 ** 31 - 1], UTINYINT: [0, 255] } as const;

/** Whether it is a whole number that the column holds. */
export function isInteger(type: keyof typeof INTEGERS, value: unknown): boolean {
  const [least, most] = INTEGERS[type];
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/** A column that holds a field of its rows. */
export function field<Row, Name extends keyof Row & string>(
  name: string,
  type: SqlType,
  of: Name,
  more: Partial<Column<Row>> = {},
): Column<Row> {
  return { name, type, isRequired: false, of: (row) => row[of] as CellValue, as: of, ...more };
}

/** Text of which none is stored as an empty one, and read as null. */
export function optionalText<Row, Name extends keyof Row & string>(name: string, of: Name): Column<Row> {
  return field<Row, Name>(name, "VARCHAR", of, {
    of: (row) => (row[of] as string | null) ?? "",
    select: `nullif(${name}, '')`,
  });
}
