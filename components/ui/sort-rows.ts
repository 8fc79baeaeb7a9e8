export interface Sort {
  readonly column: string;
  readonly isDescending: boolean;
}

export type SortValue = string | number | null;

/** A sorted copy; equal rows keep their order and rows without a value come last either way. */
export function sortRows<Row>(rows: readonly Row[], readValue: (row: Row) => SortValue, isDescending: boolean): Row[] {
  const direction = isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = readValue(a);
    const right = readValue(b);
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    if (typeof left === "number" && typeof right === "number") return (left - right) * direction;
    return String(left).localeCompare(String(right), "en", { numeric: true }) * direction;
  });
}

/** `rate` or `-rate`, as it stands in the URL. */
export function parseSort(text: string | null, fallback: Sort): Sort {
  if (text === null || text === "" || text === "-") return fallback;
  return text.startsWith("-") ? { column: text.slice(1), isDescending: true } : { column: text, isDescending: false };
}

export function formatSort(sort: Sort): string {
  return sort.isDescending ? `-${sort.column}` : sort.column;
}
