import { expect, test } from "vitest";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";
import { TraceMetrics } from "#core/traceql/evaluate-metrics.ts";
import { parseTraceQlMetrics } from "#core/traceql/parse-traceql.ts";

/** One trace each second for a minute: a page, and below it a call that takes as many ms as the second has. */
const TRACES: Trace[] = Array.from({ length: 60 }, (_, second) => {
  const span = (spanId: string, parentSpanId: string | null, service: string, durationMs: number): TraceSpan => ({
    ...{
      spanId,
      parentSpanId,
      service,
      operation: `get ${service}`,
      kind: "server",
      startMs: second * 1000,
      durationMs,
    },
    ...{ status: second % 10 === 0 ? "error" : "unset", statusMessage: "", events: [] },
    attributes: { size: second * 2 },
    resource: { "service.name": service },
  });
  return {
    ...{ traceId: String(second), startMs: second * 1000, durationMs: 100 },
    spans: [span("a", null, "web.shop", 100), span("b", "a", "cart.shop", second)],
  };
});

function series(query: string, stepMs = 20_000) {
  const sums = new TraceMetrics(parseTraceQlMetrics(query), { startMs: 0, endMs: 60_000, stepMs });
  for (const trace of TRACES) sums.add(trace);
  return Object.fromEntries(
    sums
      .series()
      .map(({ labels, points }) => [
        labels.map(({ name, value }) => `${name}=${value}`).join(","),
        points.map(({ atMs, value }) => `${atMs / 1000}:${Number(value.toFixed(4))}`).join(" "),
      ]),
  );
}

test.each([
  ['{ service = "web" } | rate()', { "__name__=rate": "20:1 40:1 60:1" }],
  ["{} | count_over_time()", { "__name__=count_over_time": "20:40 40:40 60:40" }],
  [
    "{ status = error } | count_over_time() by (resource.service.name)",
    { "resource.service.name=web.shop": "20:2 40:2 60:2", "resource.service.name=cart.shop": "20:2 40:2 60:2" },
  ],
  [
    '{ service = "cart" } | quantile_over_time(duration, 0.5, .9)',
    { "p=0.5": "20:0.0095 40:0.0295 60:0.0495", "p=0.9": "20:0.0171 40:0.0371 60:0.0571" },
  ],
  ['{ service = "cart" } | max_over_time(span.size)', { "__name__=max_over_time": "20:38 40:78 60:118" }],
  ['{ service = "cart" } | avg_over_time(duration)', { "__name__=avg_over_time": "20:0.0095 40:0.0295 60:0.0495" }],
  ['{ status = error } >> { service = "cart" } | rate() by (.none)', { ".none=null": "20:0.1 40:0.1 60:0.1" }],
  ["{} | count() > 2 | rate()", {}],
])("%s", (query, expected) => {
  expect(series(query)).toEqual(expected);
});

test.each([
  ["{}", /character 3: the end stands where a pipe and rate/],
  ["{} | quantile_over_time(duration)", /where a comma and a quantile should/],
  ["{} | quantile_over_time(duration, 2)", /a quantile is from 0 to 1/],
  ["{} | rate() | count() > 2", /where by or the end should/],
  ["{} | rate(duration)", /duration stands where \) should/],
])("%s is refused, with where", (query, message) => {
  expect(() => parseTraceQlMetrics(query)).toThrow(message);
});

test("too many series or steps are refused", () => {
  expect(() => series("{} | rate()", 1)).toThrow(/more than 11000 steps/);
  const sums = new TraceMetrics(parseTraceQlMetrics("{} | rate() by (name)"), {
    startMs: 0,
    endMs: 60_000,
    stepMs: 60_000,
  });
  const [trace] = TRACES;
  const [span] = trace?.spans ?? [];
  if (trace === undefined || span === undefined) throw new Error("no trace");
  const spans = Array.from({ length: 1001 }, (_, at) => ({ ...span, spanId: String(at), operation: String(at) }));
  expect(() => sums.add({ ...trace, spans })).toThrow(/more than 1000 series/);
});
