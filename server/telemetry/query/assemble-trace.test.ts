import { expect, test } from "vitest";
import { summarizeTrace } from "#core/telemetry/summarize-trace.ts";
import type { StoredSpan } from "#server/telemetry/ports/span-row.ts";
import { assembleTrace } from "#server/telemetry/query/assemble-trace.ts";

const span = (spanId: string, parentSpanId: string | null, service: string): StoredSpan => ({
  ...{ traceId: "1", spanId, parentSpanId, service, name: "GET", kind: 2, startMs: 0, durationMs: 1 },
  ...{ status: 0, statusMessage: "", isError: false, attributes: "{}", events: "[]", links: "[]", scope: "" },
  ofTrace: 2,
  resource: JSON.stringify({ "service.name": service, "pharos.reporter": "a" }),
});

test("a trace has its services by their names, whatever these are", () => {
  const trace = assembleTrace("1", [
    span("a", null, "web"),
    span("b", "a", "constructor"),
    span("c", "a", "constructor"),
  ]);
  expect(trace.spans.map(({ resource }) => resource["service.name"])).toEqual(["web", "constructor", "constructor"]);
  expect(summarizeTrace(trace)).toMatchObject({ rootService: "web", services: { web: 1, constructor: 2 } });
});

test("of a trace whose first spans never came the first whose parent is missing is the root", () => {
  const trace = assembleTrace("1", [span("b", "c", "inner"), span("c", "lost", "outer")]);
  expect(summarizeTrace(trace)).toMatchObject({ rootService: "outer", spanCount: 2 });
});

test("a trace of which fewer spans came than there are is cut", () => {
  const spans = [span("a", null, "web"), span("b", "a", "web")];
  expect(assembleTrace("1", spans).isCut).toBeUndefined();
  expect(assembleTrace("1", spans.slice(1)).isCut).toBe(true);
});
