import type { RequestSort } from "#core/telemetry/request-fields.ts";

/** What lists of requests are sorted by. */
export const SORT_COLUMNS: Readonly<Record<RequestSort, string>> = {
  start: "start_ms",
  duration: "duration_ms",
  code: "response_code",
  received: "request_bytes",
  sent: "response_bytes",
  tries: "attempts",
};
