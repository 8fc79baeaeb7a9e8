import { expect, test } from "vitest";
import { compareTraces } from "#core/telemetry/compare-traces.ts";
import { criticalPath } from "#core/telemetry/critical-path.ts";
import { flameTree } from "#core/telemetry/flame-tree.ts";
import { selfTimes } from "#core/telemetry/self-times.ts";
import { spanTree } from "#core/telemetry/span-tree.ts";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";
import { callsOfTrace, servicesOfTrace } from "#core/telemetry/trace-services.ts";
import { traceShape } from "#core/telemetry/trace-shape.ts";

/** `id parent service start duration`, and `!` behind a failed one. */
function spansOf(text: string): TraceSpan[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [spanId = "", parent = "", service = "", start = "", duration = "", failed] = line.trim().split(/\s+/);
      return {
        spanId,
        parentSpanId: parent === "-" ? null : parent,
        service,
        operation: `get ${service}`,
        kind: "server",
        startMs: Number(start),
        durationMs: Number(duration),
        status: failed === "!" ? "error" : "unset",
        statusMessage: "",
        attributes: {},
        resource: {},
        events: [],
      };
    });
}

const traceOf = (spans: readonly TraceSpan[]): Trace => ({ traceId: "t", startMs: 0, durationMs: 100, spans });

/** Two calls at once of which the second is waited for, and one after them that reaches beyond its caller. */
const PAGE = spansOf(`
  page    -    page    0  100
  a       page details 10 30
  b       page reviews 20 50
  c       b    ratings 30 20 !
  d       page ratings 80 60
`);

test("all that waits stands in the critical path, once, up to the length of the root", () => {
  const nodes = spanTree(PAGE);
  const steps = criticalPath(nodes).map(({ at, fromMs, toMs }) => `${nodes[at]?.span.spanId} ${fromMs}-${toMs}`);
  expect(steps).toEqual(["page 0-10", "a 10-20", "b 20-30", "c 30-50", "b 50-70", "page 70-80", "d 80-100"]);
});

test("a span is at work itself while nothing below it is, and what ran at once is taken off once", () => {
  const nodes = spanTree(PAGE);
  expect(Object.fromEntries(nodes.map(({ span }, at) => [span.spanId, selfTimes(nodes)[at]]))).toEqual({
    ...{ page: 20, a: 30, b: 30, c: 20, d: 60 },
  });
  expect(servicesOfTrace(nodes).map(({ service, spans, errors, selfMs }) => [service, spans, errors, selfMs])).toEqual([
    ["ratings", 2, 1, 80],
    ["details", 1, 0, 30],
    ["reviews", 1, 0, 30],
    ["page", 1, 0, 20],
  ]);
  expect(callsOfTrace(nodes).map(({ from, to, count, errors }) => [from, to, count, errors])).toEqual([
    ["page", "details", 1, 0],
    ["page", "reviews", 1, 0],
    ["reviews", "ratings", 1, 1],
    ["page", "ratings", 1, 0],
  ]);
});

test("equal spans below the same ones are one box as wide as all of them", () => {
  const twice = [...PAGE, ...spansOf("e page details 75 5")];
  const page = [...flameTree(spanTree(twice)).children.values()][0];
  const details = [...(page?.children.values() ?? [])].find(({ service }) => service === "details");
  expect(details).toMatchObject({ count: 2, selfMs: 35, totalMs: 35, depth: 1 });
  expect(page?.totalMs).toBe([20 - 5, 35, 30 + 20, 60].reduce((sum, each) => sum + each));
});

test("of two traces each place is told with what both have there", () => {
  const after = spansOf(`
    p2 -  page    0  300
    b2 p2 reviews 20 250
    x2 b2 stock   30 20
  `);
  const rows = compareTraces(traceOf(PAGE), traceOf(after));
  expect(
    rows.map(({ service, depth, before, after: then }) => [service, depth, before?.durationMs, then?.durationMs]),
  ).toEqual([
    ["page", 0, 100, 300],
    ["details", 1, 30, undefined],
    ["reviews", 1, 50, 250],
    ["ratings", 2, 20, undefined],
    ["stock", 2, undefined, 20],
    ["ratings", 1, 60, undefined],
  ]);
});

test("traces that went the same ways have one shape, however often and for how long", () => {
  const again = [...PAGE, ...spansOf("e page details 75 5")].map((span) => ({ ...span, durationMs: 1 }));
  expect(traceShape(again.toReversed())).toBe(traceShape(PAGE));
  expect(traceShape(PAGE.filter(({ spanId }) => spanId !== "d"))).not.toBe(traceShape(PAGE));
  expect(traceShape(PAGE.map((span) => (span.spanId === "c" ? { ...span, parentSpanId: "a" } : span)))).not.toBe(
    traceShape(PAGE),
  );
});

test("a chain of any depth, rings and spans of one id are taken as they come", () => {
  const chain = Array.from({ length: 12_000 }, (_, at) => ({
    ...(PAGE[0] as TraceSpan),
    spanId: String(at),
    parentSpanId: at === 0 ? null : String(at - 1),
  }));
  const ring = spansOf("a c x 0 1\nb a x 0 1\nc b x 0 1\nb a y 0 1");
  for (const spans of [chain, ring]) {
    const nodes = spanTree(spans);
    expect(nodes).toHaveLength(spans.length);
    expect(criticalPath(nodes).length).toBeGreaterThan(0);
    expect(
      compareTraces(traceOf(spans), traceOf(spans)).every(({ before, after }) => before?.count === after?.count),
    ).toBe(true);
    expect(traceShape(spans)).toBe(traceShape([...spans]));
  }
  expect(traceShape(chain.toReversed())).toBe(traceShape(chain));
});
