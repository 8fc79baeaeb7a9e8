import { saveFile } from "#components/ui/save-file.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { requestsCsv } from "#core/telemetry/requests-csv.ts";

/** Hands the browser a file of what is listed. */
export function saveRequests(rows: readonly RequestRecord[], format: "csv" | "json"): void {
  if (format === "csv") saveFile("requests.csv", requestsCsv(rows), "text/csv;charset=utf-8");
  else saveFile("requests.json", JSON.stringify(rows, null, 2), "application/json");
}
