import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { requestsCsv } from "#core/telemetry/requests-csv.ts";

/** Hands the browser a file of what is listed. */
export function saveRequests(rows: readonly RequestRecord[], format: "csv" | "json"): void {
  const [text, type] =
    format === "csv"
      ? [requestsCsv(rows), "text/csv;charset=utf-8"]
      : [JSON.stringify(rows, null, 2), "application/json"];
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `requests.${format}`;
  link.click();
  URL.revokeObjectURL(url);
}
