import { expect, test } from "vitest";
import { compareTraces } from "#core/telemetry/compare-traces.ts";
import { criticalPath } from "#core/telemetry/critical-path.ts";
import { flameTree } from "#core/telemetry/flame-tree.ts";
import { toJaeger } from "#core/telemetry/jaeger-trace.ts";
import { toOtlp } from "#core/telemetry/otlp-trace.ts";
import { readTraceFile } from "#core/telemetry/read-trace-file.ts";
import { spanTree } from "#core/telemetry/span-tree.ts";
import { summarizeTrace } from "#core/telemetry/summarize-trace.ts";
import type { Trace } from "#core/telemetry/trace.ts";
import { callsOfTrace, servicesOfTrace } from "#core/telemetry/trace-services.ts";

const TRACE: Trace = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  startMs: 1_750_000_000_000.125,
  durationMs: 90,
  spans: [
    {
      spanId: "b7ad6b7169203331",
      parentSpanId: null,
      service: "web.shop",
      operation: "GET /",
      kind: "server",
      startMs: 1_750_000_000_000.125,
      durationMs: 90,
      status: "error",
      statusMessage: "it broke",
      attributes: { "http.status_code": 503, retry: true, share: 0.5, error: true },
      resource: { "service.name": "web.shop", "service.version": "2" },
      events: [{ atMs: 1_750_000_000_010, name: "retry", attributes: { attempt: 2 } }],
    },
    {
      spanId: "b7ad6b7169203332",
      parentSpanId: "b7ad6b7169203331",
      service: "cart.shop",
      operation: "get",
      kind: "client",
      startMs: 1_750_000_000_001,
      durationMs: 5.25,
      status: "unset",
      statusMessage: "",
      attributes: {},
      resource: { "service.name": "cart.shop" },
      events: [],
    },
  ],
};

test.each([
  ["Jaeger", { data: [toJaeger(TRACE)] }],
  ["Jaeger, one trace alone", toJaeger(TRACE)],
  ["OTLP", toOtlp(TRACE)],
  ["OTLP, as Tempo answers", { trace: { batches: toOtlp(TRACE).resourceSpans } }],
])("what is saved as %s is read as it was", (_, json) => {
  expect(readTraceFile(JSON.stringify(json))).toEqual([TRACE]);
});

test("a parent of zeros is none", () => {
  const [otlp, jaeger] = [structuredClone(toOtlp(TRACE)), structuredClone(toJaeger(TRACE))] as const;
  Object.assign(otlp.resourceSpans[0]?.scopeSpans[0]?.spans[0] ?? {}, { parentSpanId: "0000000000000000" });
  Object.assign(jaeger.spans[0] ?? {}, { references: [], parentSpanID: "0" });
  for (const file of [otlp, jaeger]) expect(readTraceFile(JSON.stringify(file))).toEqual([TRACE]);
});

const JAEGER = toJaeger(TRACE);
const OTLP = toOtlp(TRACE);

test.each([
  ["{", /is no JSON/],
  ["3", /neither an object nor a list/],
  ["{}", /has none of data, spans \(Jaeger\), resourceSpans/],
  [{ data: [] }, /no spans in it/],
  [{ data: [{ ...JAEGER, processes: {} }] }, /data\[0\]\.spans\[0\]\.processID: "p1" is none of its processes/],
  [
    { data: [{ ...JAEGER, spans: [{ ...JAEGER.spans[0], spanID: "xyz" }] }] },
    /data\[0\]\.spans\[0\]: spanID.* is not 1 to 16 hex/,
  ],
  [{ data: [{ ...JAEGER, spans: [{ ...JAEGER.spans[0], startTime: "soon" }] }] }, /data\[0\]\.spans\[0\]: startTime/],
  [
    { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "1" }] }] }] },
    /resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]: traceId.*32 hex/,
  ],
  [{ resourceSpans: OTLP }, /resourceSpans: /],
])("what is no trace is refused with its place: %j", (json, message) => {
  expect(() => readTraceFile(typeof json === "string" ? json : JSON.stringify(json))).toThrow(message);
});

const span = (more: object) => ({
  ...{ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", name: "a" },
  ...{ startTimeUnixNano: "1", endTimeUnixNano: "2", ...more },
});
const otlp = (...spans: readonly object[]) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const deep = (open: string, inner: string, close: string): string => open.repeat(20_000) + inner + close.repeat(20_000);
const jaeger = (more: object) =>
  JSON.stringify({
    processes: { p: { serviceName: "a" } },
    spans: [{ traceID: "1", spanID: "1", operationName: "a", processID: "p", startTime: 1, duration: 1, ...more }],
  });

test.each([
  ["lists in lists", deep("[", otlp(span({})), "]")],
  ["traces in traces", deep('{"trace":', otlp(span({})), "}")],
  [
    "a value in values",
    otlp(span({ attributes: [{ key: "a", value: { arrayValue: 1 } }] })).replace(
      '"arrayValue":1',
      `"arrayValue":${deep('{"a":', "1", "}")}`,
    ),
  ],
  ["a start beyond all time", otlp(span({ startTimeUnixNano: 1e300, endTimeUnixNano: 1e300 }))],
  ["an event beyond all time", otlp(span({ events: [{ timeUnixNano: 1e300 }] }))],
  ["an end beyond all time", jaeger({ startTime: 8e18, duration: 8e18 })],
])("%s are refused with their place", (_, text) => {
  expect(() => readTraceFile(text)).toThrow(expect.objectContaining({ code: "invalid" }));
});

const SPANS = 20_000;
const idOf = (index: number): string => (index + 1).toString(16).padStart(16, "0");

test.each([
  ["a chain", (index: number) => (index === 0 ? "" : idOf(index - 1))],
  ["a ring", (index: number) => idOf((index + 1) % SPANS)],
])("%s of many spans is drawn in every view", (_, parent) => {
  const spans = Array.from({ length: SPANS }, (_, index) =>
    span({ spanId: idOf(index), parentSpanId: parent(index), name: index === 7 ? "__proto__" : "constructor" }),
  );
  const [trace] = readTraceFile(otlp(...spans));
  if (trace === undefined) throw new Error("no trace");
  const nodes = spanTree(trace.spans);
  expect(nodes).toHaveLength(SPANS);
  flameTree(nodes);
  criticalPath(nodes);
  servicesOfTrace(nodes);
  callsOfTrace(nodes);
  compareTraces(trace, trace);
  expect(summarizeTrace(trace).traceId).toBe(trace.traceId);
});
