import { stringify } from "yaml";
import { renderTemplate } from "#cli/output/jsonpath/render-template.ts";
import type { Template } from "#cli/output/jsonpath/template.ts";

export type Format = "table" | "json" | "yaml" | Template;

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null | undefined;
}

/** Prints `value` for programs. What a jsonpath makes of it ends as the template says, without a line break, as in kubectl. */
export function printValue(format: Exclude<Format, "table">, value: unknown): void {
  if (format === "json") process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else if (format === "yaml") process.stdout.write(stringify(value));
  else process.stdout.write(renderTemplate(format, value));
}

/** Prints `value` for programs, or `rows` as an aligned table in kubectl's manner. Empty tables say so on stderr. */
export function print<Row>(
  format: Format,
  value: unknown,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  empty = "nothing found",
): void {
  if (format !== "table") printValue(format, value);
  else if (rows.length === 0) process.stderr.write(`${empty}\n`);
  else process.stdout.write(renderTable(rows, columns));
}

/** Columns are as wide as their widest cell, three spaces apart; no line ends in blanks. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [
    columns.map(({ title }) => title.toUpperCase()),
    ...rows.map((row) => columns.map(({ value }) => String(value(row) ?? "-"))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells
    .map(
      (line) =>
        `${line
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join("   ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** "3m12s" since `iso`, as kubectl prints ages. */
export function age(iso: string, nowMs = Date.now()): string {
  return span(nowMs - Date.parse(iso));
}

/** "23h59m" until `iso`. */
export function until(iso: string, nowMs = Date.now()): string {
  const ms = Date.parse(iso) - nowMs;
  return ms <= 0 ? "expired" : span(ms);
}

function span(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [days, hours, minutes, seconds] = [
    Math.floor(total / 86_400),
    Math.floor(total / 3600) % 24,
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  if (days > 0) return `${days}d${hours}h`;
  if (hours > 0) return `${hours}h${minutes}m`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
