import { type CellValue, inRange, isInteger, type SqlType, type Table } from "#server/telemetry/stores/table.ts";

/** Rows of a table as they are handed over. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly [string, ...string[]];
  readonly rows: readonly (readonly unknown[])[];
}

/** With the batch that they come in. Throws RangeError for a number that its column cannot hold. */
export function tableRows<Row>({ name, columns }: Table<Row>, rows: readonly Row[], batch: number): TableRows {
  return {
    table: name,
    columns: ["batch", ...columns.map((column) => column.name)],
    rows: rows.map((row) => [batch, ...columns.map(({ type, of }) => cellOf(type, of(row)))]),
  };
}

function cellOf(type: SqlType, value: CellValue): unknown {
  if (value === null) return null;
  switch (type) {
    case "UINTEGER[]":
      return Array.from(value as ArrayLike<number>);
    case "BIGINT":
    case "UBIGINT":
      // Most are small, and a large number makes text of each.
      return Number.isSafeInteger(value) && (value as number) >= 0 ? value : String(inRange(type, value as number));
    case "INTEGER":
    case "UTINYINT":
      // ClickHouse would keep its last bits without a word.
      if (!isInteger(type, value)) throw new RangeError(`${String(value)} is no ${type}`);
      return value;
    case "DOUBLE":
      return doubleOf(value as number);
    case "VARCHAR":
      // ClickHouse refuses half of a character, and with it the batch that all are in.
      return (value as string).toWellFormed();
    default:
      return value;
  }
}

/** JSON has no word for those that are no number, and none for less than nothing of nothing. */
function doubleOf(value: number): number | string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : value;
}

/** A double as it comes back. */
export function readDouble(cell: unknown): number {
  if (cell === "inf") return Number.POSITIVE_INFINITY;
  if (cell === "-inf") return Number.NEGATIVE_INFINITY;
  return Number(cell);
}
