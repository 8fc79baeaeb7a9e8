import { expect, test } from "vitest";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";
import { evaluateTraceQl } from "#core/traceql/evaluate-traceql.ts";
import { parseTraceQl } from "#core/traceql/parse-traceql.ts";

const span = (spanId: string, parentSpanId: string | null, more: Partial<TraceSpan>): TraceSpan => ({
  spanId,
  parentSpanId,
  service: "gateway.istio-system",
  operation: "GET /",
  kind: "server",
  startMs: 0,
  durationMs: 10,
  status: "unset",
  statusMessage: "",
  attributes: {},
  resource: { "service.name": more.service ?? "gateway.istio-system" },
  events: [],
  ...more,
});

/** a → b → c, and d beside b. */
const TRACE: Trace = {
  traceId: "t",
  startMs: 0,
  durationMs: 120,
  spans: [
    span("a", null, { durationMs: 120, attributes: { "http.status_code": 200, "http.url": "http://shop/cart?x=1" } }),
    span("b", "a", { service: "cart.shop", kind: "client", durationMs: 90, attributes: { retry: true, "a b": "c" } }),
    span("c", "b", { service: "ratings.shop", status: "error", attributes: { "http.status_code": 503 } }),
    span("d", "a", { service: "cart.shop", durationMs: 5 }),
  ],
};

test.each([
  ["{}", "abcd"],
  ["{ true }", "abcd"],
  ['{ name = "GET /" }', "abcd"],
  ["{ status = error }", "c"],
  ["{ status != error && kind = client }", "b"],
  ["{ duration > 50ms }", "ab"],
  ["{ duration >= 1m30s || duration < 0.01s }", "d"],
  ['{ resource.service.name = "cart.shop" }', "bd"],
  ['{ .service.name = "cart" }', "bd"],
  ['{ resource.service.name = "car" }', ""],
  ['{ resource.service.name =~ "cart|ratings.*" }', "c"],
  ['{ resource.service.name !~ ".*shop" }', "a"],
  ["{ span.http.status_code >= 500 }", "c"],
  ["{ .http.status_code != 200 }", "c"],
  ['{ span.http.status_code = "200" }', ""],
  ["{ .http.status_code = nil && kind = client }", "b"],
  ["{ .http.status_code != nil }", "ac"],
  ["{ !(.http.status_code != nil) }", "bd"],
  ["{ .retry }", "b"],
  ['{ span."a b" = "c" }', "b"],
  ["{ .http.url = `http://shop/cart?x=1` }", "a"],
  ["{ traceDuration > 100ms && kind = client }", "b"],
  ['{ rootServiceName = "gateway" && status = error }', "c"],
  ["{ status = error } && { kind = client }", "bc"],
  ["{ status = error } && { kind = producer }", ""],
  ["{ status = error } || { kind = producer }", "c"],
  ["{ kind = client } > { status = error }", "c"],
  ['{ service = "gateway" } > { status = error }', ""],
  ['{ service = "gateway" } >> { status = error }', "c"],
  ['{ status = error } << { service = "gateway" }', "a"],
  ['{ kind = client } ~ { service = "cart" }', "d"],
  ['{ service = "cart" } ~ { service = "cart" }', "bd"],
  ["{ status = error } ~ { status = error }", ""],
  ['{} >> { service = "cart" }', "bd"],
  ["{} << {}", "ab"],
  ["{ .constructor != nil || .toString =~ `.*` }", ""],
  ['{ service = "cart" } | count() > 1', "bd"],
  ['{ service = "cart" } | count() > 2', ""],
  ["{} | avg(duration) > 60ms", ""],
  ["{} | max(duration) = 120ms", "abcd"],
  ["{} | by(resource.service.name) | count() > 1", "bd"],
  ["{} | by(service) | count() > 1 | coalesce() | { duration < 10ms }", "d"],
  ["{ status = error } | select(status, .http.url, name)", "c"],
  ['{ .service.name = "cart.shop" && .retry = true } && { } | select(status, .service_name, .istio.x)', "abcd"],
])("%s finds %s", (query, found) => {
  const spans = evaluateTraceQl(parseTraceQl(query), TRACE);
  expect(spans.map(({ spanId }) => spanId).join("")).toBe(found);
});

test.each([
  ["", /character 1: the end stands where \{ should/],
  ["{ status = error", /character 17: the end stands where \} should/],
  ["{ colour = 1 }", /character 3: colour is none of name, duration/],
  ['{ name = "x }', /character 10: the text is not ended/],
  ["{ name =~ 3 }", /character 11: a pattern is text/],
  ['{ name =~ "(a" }', /character 11: no pattern of RE2/],
  ['{ name =~ "((a{1000}){1000}){1000}" }', /character 11: no pattern of RE2/],
  [
    `{ ${Array(4)
      .fill(`name =~ "${".{1,1000}".repeat(14)}"`)
      .join(" && ")} }`,
    /no pattern of RE2: regular expressions come to more than/,
  ],
  ["{ duration > 1e999 }", /character 14: a number that is too large/],
  [`{ duration > ${"9".repeat(400)}h }`, /character 14: a number that is too large/],
  ["{ constructor = 1 }", /character 3: constructor is none of name, duration/],
  ["{ event.name = 1 }", /character 3: event.name is no attribute of a span/],
  ["{} | rate()", /character 6: rate\(\) makes series/],
  ["{} | avgs()", /character 6: avgs\(\) is not read here/],
  ["{} | count()", /character 13: the end stands where a comparison/],
  [`${"(".repeat(40)}{}`, /brackets within each other/],
  [`{ ${".a && ".repeat(200)} .b }`, /more than 200 words/],
])("%s is refused, with where", (query, message) => {
  expect(() => parseTraceQl(query)).toThrow(message);
});

test("of spans that are each other's parents whatever is above them is found, and the search ends", () => {
  const ring = [span("a", "c", {}), span("b", "a", { status: "error" }), span("c", "b", {}), span("d", "lost", {})];
  const find = (query: string) =>
    evaluateTraceQl(parseTraceQl(query), { ...TRACE, spans: ring })
      .map(({ spanId }) => spanId)
      .join("");
  expect(find("{ status = error } >> {}")).toBe("abc");
  expect(find("{ status = error } << {}")).toBe("abc");
  expect(find("{ status = ok } >> {}")).toBe("");
});

test("figures are of traces of any size", () => {
  const spans = Array.from({ length: 200_000 }, (_, index) => span(String(index), null, { durationMs: index }));
  const find = (query: string) => evaluateTraceQl(parseTraceQl(query), { ...TRACE, spans }).length;
  expect(find("{} | max(duration) = 199999ms")).toBe(200_000);
  expect(find("{} | min(duration) > 0ms")).toBe(0);
});
