import { type CellValue, inRange, isInteger, type SqlType, type Table } from "#server/telemetry/stores/table.ts";

const UINTEGER_MAX = 2 ** 32 - 1;

/** Why a row cannot be in a table, in words; undefined for one that can. */
export function faultOfRow<Row>({ columns }: Table<Row>, row: Row): string | undefined {
  for (const { name, type, isRequired, of } of columns) {
    const value = of(row) as CellValue | undefined;
    if (value === null && !isRequired) continue;
    if (!canHold(type, value)) return `${name} is ${shown(value)}, and no ${type}`;
  }
  return undefined;
}

function canHold(type: SqlType, value: CellValue | undefined): boolean {
  switch (type) {
    case "VARCHAR":
      return typeof value === "string";
    case "BOOLEAN":
      return typeof value === "boolean";
    case "DOUBLE":
      return typeof value === "number";
    case "INTEGER":
    case "UTINYINT":
      return isInteger(type, value);
    case "BIGINT":
    case "UBIGINT":
      return isWhole(type, value);
    case "UINTEGER[]":
      return isList(value) && Array.from(value).every(isEntry);
  }
}

function isEntry(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= UINTEGER_MAX;
}

function isWhole(type: "BIGINT" | "UBIGINT", value: CellValue | undefined): boolean {
  if (typeof value !== "bigint" && !(typeof value === "number" && Number.isInteger(value))) return false;
  try {
    inRange(type, value);
    return true;
  } catch {
    return false;
  }
}

function isList(value: CellValue | undefined): value is ArrayLike<number> {
  return typeof value === "object" && value !== null && "length" in value;
}

function shown(value: CellValue | undefined): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : String(value).slice(0, 100);
}
