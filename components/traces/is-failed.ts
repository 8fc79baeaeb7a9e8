import type { TraceSpan } from "#core/telemetry/trace.ts";

/** Whether a span's request went wrong. Envoy marks one as failed from 5xx on; a refusal is a 401 or 403. */
export function isFailed({ status, attributes }: Pick<TraceSpan, "status" | "attributes">): boolean {
  return status === "error" || Number(attributes["http.status_code"] ?? attributes["http.response.status_code"]) >= 400;
}
