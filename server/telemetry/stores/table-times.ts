/** The columns that say when a row was, the first that a table has, and how many of their units a millisecond has. */
export const TABLE_TIMES: readonly (readonly [column: string, perMs: number])[] = [
  ["received_ms", 1],
  ["start_ms", 1],
  ["start_us", 1000],
  ["at_ms", 1],
  ["at_us", 1000],
];
