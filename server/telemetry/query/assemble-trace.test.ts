import { expect, test } from "vitest";
import { CHARS_OF_ONE_MAX } from "#server/telemetry/ports/span-reader.ts";
import type { StoredSpan } from "#server/telemetry/ports/span-row.ts";
import { assembleTrace, summarizeWhole } from "#server/telemetry/query/assemble-trace.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CHARS = 32_000;

/** As many spans as are read of one reporter where each carries so much in one of its texts. */
function spansThatCarry(text: "attributes" | "events" | "links", share: number): StoredSpan[] {
  const count = Math.floor((share * CHARS_OF_ONE_MAX) / (CHARS + 100));
  return Array.from({ length: count }, (_, index) => ({
    traceId: TRACE,
    spanId: index.toString(16).padStart(16, "0"),
    parentSpanId: null,
    service: "reviews.default",
    name: "GET",
    kind: 2,
    status: 0,
    isError: false,
    statusMessage: "",
    attributes: "{}",
    resource: '{"pharos.reporter":"shop"}',
    events: "[]",
    links: "[]",
    scope: "",
    startMs: index,
    durationMs: 1,
    [text]: text === "attributes" ? JSON.stringify({ a: "x".repeat(CHARS) }) : JSON.stringify(["x".repeat(CHARS)]),
  }));
}

test.each(["attributes", "events", "links"] as const)("a trace is cut where %s take all that is read", (text) => {
  expect(assembleTrace(TRACE, spansThatCarry(text, 1)).isCut).toBe(true);
  expect(assembleTrace(TRACE, spansThatCarry(text, 0.9)).isCut).toBeUndefined();
});

const span = (spanId: string, parentSpanId: string | null, service: string): StoredSpan => ({
  ...{ traceId: "1", spanId, parentSpanId, service, name: "GET", kind: 2, startMs: 0, durationMs: 1 },
  ...{ status: 0, statusMessage: "", isError: false, attributes: "{}", events: "[]", links: "[]", scope: "" },
  resource: JSON.stringify({ "service.name": service, "pharos.reporter": "a" }),
});

test("a trace has its services by their names, whatever these are", () => {
  const trace = assembleTrace("1", [
    span("a", null, "web"),
    span("b", "a", "constructor"),
    span("c", "a", "constructor"),
  ]);
  expect(trace.spans.map(({ resource }) => resource["service.name"])).toEqual(["web", "constructor", "constructor"]);
  expect(summarizeWhole(trace)).toMatchObject({ rootService: "web", services: { web: 1, constructor: 2 } });
});

test("of a trace whose first spans never came the first whose parent is missing is the root", () => {
  const trace = assembleTrace("1", [span("b", "c", "inner"), span("c", "lost", "outer")]);
  expect(summarizeWhole(trace)).toMatchObject({ rootService: "outer", spanCount: 2 });
});
