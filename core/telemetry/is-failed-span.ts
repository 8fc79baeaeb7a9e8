import type { TraceSpan } from "#core/telemetry/trace.ts";

/** What tells of a span how its request ended. */
export type SpanEnd = Pick<TraceSpan, "status" | "attributes">;

/** Whether its reporter calls it an error: Envoy does from 5xx on, and of a few gRPC statuses. */
export function isMarkedFailed({ status, attributes }: SpanEnd): boolean {
  return status === "error" || String(attributes.error) === "true" || answerOf(attributes) >= 500;
}

/** Whether its request went wrong: marked so, refused or answered 4xx, or ended with any gRPC status but OK. */
export function isFailedSpan(span: SpanEnd): boolean {
  const grpc = String(span.attributes["grpc.status_code"] ?? span.attributes["rpc.grpc.status_code"] ?? "");
  return isMarkedFailed(span) || answerOf(span.attributes) >= 400 || !/^(0|OK)?$/i.test(grpc);
}

function answerOf(attributes: SpanEnd["attributes"]): number {
  return Number(attributes["http.response.status_code"] ?? attributes["http.status_code"] ?? 0);
}
