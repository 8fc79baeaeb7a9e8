import { expect, test } from "vitest";
import { isFailedSpan, isMarkedFailed, type SpanEnd } from "#core/telemetry/is-failed-span.ts";

test.each([
  ["answered well", { "http.status_code": "200" }, false, false],
  ["refused", { "http.status_code": "403" }, true, false],
  ["answered 5xx", { "http.response.status_code": 503 }, true, true],
  ["a gRPC error in a 200", { "http.status_code": "200", "grpc.status_code": "7" }, true, false],
  ["gRPC that went well", { "http.status_code": "200", "grpc.status_code": "0" }, false, false],
  ["a gRPC error of another instrumentation", { "rpc.grpc.status_code": 13 }, true, false],
  ["marked by its reporter", { error: "true" }, true, true],
  ["nothing said", {}, false, false],
] as const)("%s", (_, attributes, isFailed, isMarked) => {
  const span: SpanEnd = { status: "unset", attributes };
  expect([isFailedSpan(span), isMarkedFailed(span)]).toEqual([isFailed, isMarked]);
});
