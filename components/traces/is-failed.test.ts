import { expect, test } from "vitest";
import { isFailed } from "#components/traces/is-failed.ts";

test.each([
  ["what its proxy marks", { status: "error", attributes: {} }, true],
  ["a refusal, which Envoy does not mark", { status: "unset", attributes: { "http.status_code": "401" } }, true],
  ["an ordinary answer", { status: "unset", attributes: { "http.status_code": 200 } }, false],
  ["a span without a code", { status: "ok", attributes: {} }, false],
] as const)("tells failed spans: %s", (_, span, failed) => {
  expect(isFailed(span)).toBe(failed);
});
