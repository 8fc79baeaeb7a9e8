/** One line of a benchmark's table: what was measured, and a figure for each side. */
export interface ReportRow {
  readonly what: string;
  readonly values: readonly (number | string | undefined)[];
}

export interface Report {
  readonly title: string;
  /** Names of the sides; each row has a value for each. */
  readonly sides: readonly string[];
  readonly rows: readonly ReportRow[];
  /** What has to be known to read it. */
  readonly notes?: readonly string[];
}

function format(value: number | string | undefined): string {
  if (value === undefined) return "–";
  if (typeof value === "string") return value;
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A report as aligned text. */
function formatReport({ title, sides, rows, notes = [] }: Report): string {
  const table = [["", ...sides], ...rows.map(({ what, values }) => [what, ...values.map(format)])];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("   "),
  );
  return [title, "", ...lines, "", ...notes, ""].join("\n");
}

/** Prints `json` when asked for JSON, the report as a table otherwise. */
export function printReport(output: string, json: unknown, report: Report): void {
  process.stdout.write(output === "json" ? `${JSON.stringify(json, null, 2)}\n` : formatReport(report));
}
