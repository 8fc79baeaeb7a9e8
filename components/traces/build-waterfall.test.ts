import { expect, test } from "vitest";
import { buildWaterfall, extentOf } from "#components/traces/build-waterfall.ts";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";

function span(
  spanId: string,
  parentSpanId: string | null,
  startMs: number,
  durationMs: number,
  status: TraceSpan["status"] = "unset",
): TraceSpan {
  return {
    spanId,
    parentSpanId,
    service: "s",
    operation: spanId,
    kind: "server",
    startMs,
    durationMs,
    status,
    statusMessage: "",
    attributes: {},
    resource: {},
    events: [],
  };
}

function trace(...spans: TraceSpan[]): Trace {
  return { traceId: "t", startMs: 0, durationMs: 0, spans };
}

const none = new Set<string>();
const shape = (rows: ReturnType<typeof buildWaterfall>) =>
  rows.map(({ span: { spanId }, depth }) => `${"  ".repeat(depth)}${spanId}`);

test("children stand under their parent in the order of their start", () => {
  const rows = buildWaterfall(
    trace(span("c", "a", 30, 10), span("a", null, 0, 100), span("b", "a", 10, 10), span("b1", "b", 12, 2)),
    none,
  );
  expect(shape(rows)).toEqual(["a", "  b", "    b1", "  c"]);
  expect(rows[1]).toMatchObject({ offset: 0.1, width: 0.1, descendants: 1 });
});

test("a collapsed span hides what is below, counts it and shows its errors", () => {
  const rows = buildWaterfall(
    trace(span("a", null, 0, 100), span("b", "a", 10, 10), span("b1", "b", 12, 2, "error")),
    new Set(["b"]),
  );
  expect(shape(rows)).toEqual(["a", "  b"]);
  expect(rows[1]).toMatchObject({ descendants: 1, isCollapsed: true, hasErrorInside: true });
});

test("a refusal, which its proxy does not mark, is an error in its line and in what is collapsed over it", () => {
  const refused = { ...span("b", "a", 1, 1), attributes: { "http.status_code": "401" } };
  const whole = trace(span("a", null, 0, 10), refused, span("c", "a", 5, 1));
  expect(buildWaterfall(whole, none).map((row) => row.isFailed)).toEqual([false, true, false]);
  expect(buildWaterfall(whole, new Set(["a"]))).toMatchObject([{ isFailed: false, hasErrorInside: true }]);
});

test("a span whose parent was never reported stands at the root and says so", () => {
  const rows = buildWaterfall(trace(span("a", null, 0, 10), span("x", "gone", 5, 2)), none);
  expect(rows.map(({ isOrphan }) => isOrphan)).toEqual([false, true]);
});

test("a cycle of parents ends, and none of its spans is lost", () => {
  expect(buildWaterfall(trace(span("a", "b", 0, 10), span("b", "a", 1, 5)), none)).toHaveLength(2);
});

test("the whole reaches from the first start to the last end, whatever the root says", () => {
  expect(extentOf(trace(span("a", null, 10, 10), span("b", "a", 15, 20)))).toEqual({ startMs: 10, lengthMs: 25 });
});

test("a span that seems to begin before its parent tells of clocks that differ", () => {
  const rows = buildWaterfall(trace(span("a", null, 10, 10), span("b", "a", 4, 3), span("c", "a", 9.9995, 1)), none);
  expect(rows.map(({ span: { spanId }, skewMs }) => [spanId, skewMs])).toEqual([
    ["a", 0],
    ["b", 6],
    ["c", 0],
  ]);
});
