import { expect, test } from "vitest";
import type { CallResult } from "#core/simulate/call.ts";
import { NOTHING } from "#core/simulate/call-result.ts";
import { Headers } from "#core/simulate/headers.ts";
import { isRetried } from "#core/simulate/is-retried.ts";

function retried(on: string, result: Partial<CallResult>, codes: readonly number[] = []): boolean {
  const conditions = new Set(on.split(","));
  const retries = { on, conditions, codes, attempts: 2, redraws: 5, leavesPriorityAfter: 0 };
  return isRetried(retries, { ...NOTHING, by: "caller", hops: [], ...result });
}

test.each<[string, string, Partial<CallResult>, boolean]>([
  ["an endpoint that cannot be reached", "connect-failure", { status: 503, flags: "UF" }, true],
  ["one that closes on a request", "connect-failure", { status: 503, flags: "UC" }, false],
  ["one that closes on a request, where resets are", "reset", { status: 503, flags: "UC" }, true],
  ["no endpoint at all", "5xx", { status: 503, flags: "UH" }, false],
  ["what the called proxy answers", "5xx", { by: "called", status: 503 }, true],
  ["a refusal", "5xx,connect-failure", { by: "called", status: 403 }, false],
  ["a gRPC status", "unavailable", { by: "called", status: 200, response: new Headers([["grpc-status", "14"]]) }, true],
  ["an application's answer, which is not known", "5xx", { by: "application" }, false],
])("tries again, or not, after %s", (_, on, result, expected) => {
  expect(retried(on, result)).toBe(expected);
});

test("tries again after a status that the route names", () => {
  expect(retried("retriable-status-codes", { by: "called", status: 403 }, [403])).toBe(true);
});
