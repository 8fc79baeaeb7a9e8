import { REQUEST_FIELD_NAMES, REQUEST_FIELDS } from "#core/telemetry/request-fields.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";

/** RFC 4180, one line a request; what a spreadsheet would take for a formula is text. */
export function requestsCsv(records: readonly RequestRecord[]): string {
  const head = ["start", ...REQUEST_FIELD_NAMES, "weight"];
  const rows = records.map((record) => [
    new Date(record.startMs).toISOString(),
    ...REQUEST_FIELD_NAMES.map((name) => record[REQUEST_FIELDS[name].of] ?? ""),
    record.weight,
  ]);
  return `${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const text = /^[\s]*[=+\-@|\t\r]/.test(value) && value !== "-" ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
