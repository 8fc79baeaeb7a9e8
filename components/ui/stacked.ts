/**
 * On a phone a row stands as a block, each cell with its column's header before it: a table that scrolls sideways hides there that it does.
 * Empty words for a table that has room.
 */
export const STACKED = {
  table: "max-sm:block",
  head: "max-sm:static max-sm:block",
  /** What sorts stays to be chosen. */
  headRow: "max-sm:flex max-sm:flex-wrap max-sm:gap-x-4 max-sm:px-4",
  /** Of one row there is nothing to sort, and its cells say their headers. */
  headOfOne: "max-sm:sr-only",
  header:
    "max-sm:flex max-sm:h-7 max-sm:w-auto! max-sm:items-center max-sm:px-0! max-sm:text-left max-sm:[&_button]:ml-0 max-sm:[&_button]:flex-row",
  headerOfWords: "max-sm:sr-only",
  row: "max-sm:block max-sm:px-4 max-sm:py-2",
  rowHeader: "max-sm:block max-sm:h-auto max-sm:px-0! max-sm:py-1",
  cell: "max-sm:grid max-sm:h-auto max-sm:grid-cols-[6.5rem_minmax(0,1fr)] max-sm:gap-x-3 max-sm:whitespace-normal max-sm:px-0! max-sm:py-0.5 max-sm:text-left max-sm:before:text-subtle max-sm:before:text-xs max-sm:before:leading-5 max-sm:before:content-[attr(data-header)] max-sm:[&_*]:ml-0 max-sm:[&_*]:min-w-0",
} as const;

export type Stacked = typeof STACKED;

/** Fewer columns have room anywhere. */
const COLUMNS_MIN = 3;

export function stackedOf(columns: number): { readonly [name in keyof Stacked]: string } {
  return columns < COLUMNS_MIN ? UNSTACKED : STACKED;
}

const UNSTACKED = {
  table: "",
  head: "",
  headRow: "",
  headOfOne: "",
  header: "",
  headerOfWords: "",
  row: "",
  rowHeader: "",
  /** A long word is no wider than there is room. */
  cell: "max-sm:[overflow-wrap:anywhere]",
};
