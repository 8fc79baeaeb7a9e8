import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { KeyValueSchema } from "#proto/gen/opentelemetry/proto/common/v1/common_pb.js";
import { reporterOf, reportOf, resourceSpansOf, type SpanCase, spanBytes } from "#server/telemetry/testing/reports.ts";
import { PRODUCTPAGE, START, type StoreCase } from "#server/telemetry/testing/store-case.ts";

/** Spans come from several sides, and are found by what one of them says. */
export function traces(at: StoreCase): void {
  const TRACE = "0af7651916cd43dd8448eb211c80319c";
  const PAGE = "productpage.default.svc.cluster.local";
  const SPANS: SpanCase[] = [
    {
      trace: TRACE,
      id: "b7ad6b7169203331",
      service: "gateway.istio-system",
      name: "productpage.default.svc.cluster.local:9080/*",
      url: "http://bookinfo.example/productpage?u=normal",
      cluster: `outbound|9080|v1|${PAGE}`,
      atMs: START,
      durationMs: 90,
    },
    {
      trace: TRACE,
      id: "b7ad6b7169203332",
      parent: "b7ad6b7169203331",
      service: "productpage.default",
      name: "ingress",
      atMs: START + 2,
      durationMs: 80,
    },
    {
      trace: TRACE,
      id: "b7ad6b7169203333",
      parent: "ffffffffffffffff",
      service: "reviews.default",
      name: "GET /reviews",
      atMs: START + 10,
      durationMs: 40,
      isError: true,
    },
  ];

  test("a trace is put together from reports and applications, with parents missing or spans sent twice", async () => {
    const gateway = { ...reporterOf("gateway-v1"), namespace: "istio-system" };
    await at.take(reportOf(1, [], { spans: SPANS.slice(0, 1).map(spanBytes) }), gateway);
    await at.take(reportOf(1, [], { spans: SPANS.slice(1, 2).map(spanBytes) }), PRODUCTPAGE);
    await at.takeSpans(SPANS.slice(1).map(resourceSpansOf), "application");
    const trace = await at.queries.trace(TRACE);
    expect(trace).toMatchObject({ traceId: TRACE, startMs: START, durationMs: 90 });
    expect(trace?.spans.map(({ service, parentSpanId, status }) => [service, parentSpanId, status])).toEqual([
      ["gateway.istio-system", null, "unset"],
      ["productpage.default", "b7ad6b7169203331", "unset"],
      ["reviews.default", "ffffffffffffffff", "error"],
    ]);
    expect(trace?.spans[0]).toMatchObject({
      kind: "server",
      attributes: { "http.status_code": 200 },
      events: [{ name: "started", atMs: START }],
      resource: { "pharos.reporter": gateway.principal },
    });
    expect(await at.queries.trace("0af7651916cd43dd8448eb211c803190")).toBeUndefined();
  });

  test("names and values to choose among are those of the spans that are there", async () => {
    await at.takeSpans(SPANS.map(resourceSpansOf), "application");
    const { spans } = at.store;
    expect(await spans.services(START)).toEqual(["gateway.istio-system", "productpage.default", "reviews.default"]);
    expect(await spans.services(START + 60_000)).toEqual([]);
    expect(await spans.operations("reviews", START)).toEqual([{ name: "GET /reviews", kind: 2 }]);
    expect(await spans.attributeNames("resource", START)).toEqual(["pharos.reporter", "service.name"]);
    expect(await spans.attributeNames("span", START)).toContain("http.status_code");
    const code = { kind: "attribute", scope: "any", name: "http.status_code" } as const;
    expect(await spans.values(code, START)).toEqual(["200", "503"]);
    expect(await spans.values({ kind: "intrinsic", name: "name" }, START)).toContain("ingress");
    expect(await spans.spansOfEach([])).toEqual([]);
    expect(await spans.spansOfEach([TRACE, "f".repeat(32)])).toHaveLength(3);
    const found = { fromMs: START, settledMs: START + 60_000, limit: 10 };
    expect(await spans.traceIds({ ...found, service: "reviews" })).toEqual([TRACE]);
    expect(await spans.traceIds({ ...found, service: "ratings" })).toEqual([]);
  });

  test.each([
    ["{ .http.status_code = 503 }", 1],
    ['{ resource.service.name =~ "reviews.*" && span.http.method = "GET" && duration < 50ms }', 1],
    ["{ !(.http.status_code = 200) && status = error }", 1],
    ["{ kind = server && traceDuration > 85ms }", 1],
    ['{ name = "ingress" } && { .http.status_code = 503 }', 1],
    ['{ service = "gateway" } > { name = "ingress" }', 1],
    ['{ resource.service.name = "gateway.istio-system" }', 1],
    ['{ name = "ingress" } > { service = "gateway" }', 0],
    ["{} | count() > 3", 0],
    ["{ .no.such = nil } | count() = 3", 1],
    ['{ .http.method = "it\'s" || ."a/b~c" != nil }', 0],
  ])("a query of TraceQL finds by all of a trace: %s", async (query, found) => {
    await at.takeSpans(SPANS.map(resourceSpansOf), "application");
    expect(await at.queries.searchTraces({ seconds: 3600, limit: 10, query })).toHaveLength(found);
  });

  test("of spans that carry much, one reporter's share of a trace is read", async () => {
    const large = Array.from({ length: 700 }, (_, index) => {
      const spans = resourceSpansOf({ ...(SPANS[0] as SpanCase), id: (index + 1).toString(16).padStart(16, "0") });
      for (const each of spans.scopeSpans.flatMap((scope) => scope.spans))
        for (let name = 0; name < 10; name += 1)
          each.attributes.push(
            create(KeyValueSchema, {
              key: String(name),
              value: { value: { case: "stringValue", value: "x".repeat(4000) } },
            }),
          );
      return spans;
    });
    await at.takeSpans(large, "large");
    await at.takeSpans(SPANS.map(resourceSpansOf), "application");
    const trace = await at.queries.trace(TRACE);
    const of = (reporter: string): number =>
      trace?.spans.filter(({ resource }) => resource["pharos.reporter"] === reporter).length ?? 0;
    expect(of("application")).toBe(SPANS.length);
    // A list of attributes has 32 KB at most, and a reporter's spans 16 MB.
    expect([of("large") > 400, of("large") < 600, trace?.isCut]).toEqual([true, true, true]);
  });

  test.each([
    ["by the first part of a service's name", { service: "reviews" }, 1],
    ["by nothing", {}, 2],
    ["by app and namespace, where the application itself is called by its app alone", { service: "other.shop" }, 1],
    ["not by another namespace", { service: "other.bank" }, 0],
    ["by the caller and the host that it was sent to", { service: "gateway", callee: PAGE }, 1],
    ["by the caller and the host that it asked for, though it went nowhere", { service: "other", callee: PAGE }, 1],
    ["not by who was called alone", { service: "reviews", callee: PAGE }, 0],
    ["not by a host that only begins alike", { service: "other", callee: "product.default.svc.cluster.local" }, 0],
    ["not by a name that only begins alike", { service: "review" }, 0],
    ["by operation", { operation: "INGRESS" }, 1],
    ["by the path that was asked for", { operation: "/productpage?u=" }, 1],
    ["by a number among the attributes of one span", { tags: { "http.status_code": "503" } }, 1],
    ["by all of several attributes of one span", { tags: { "http.status_code": "503", "http.method": "GET" } }, 1],
    ["not by attributes of different spans", { tags: { "http.status_code": "200", "http.url": "no" } }, 0],
    ["not by the beginning of a number", { tags: { "http.status_code": "50" } }, 0],
    ["not by text that only quotes an attribute", { tags: { 'x":"http.method': "GET" } }, 0],
    ["with errors only", { errorsOnly: true }, 1],
    ["by the length of the whole trace", { service: "reviews", minDurationMs: 85 }, 1],
    ["not above the longest", { minDurationMs: 91 }, 0],
    ["below a length", { maxDurationMs: 10 }, 1],
  ])("traces are found %s", async (_name, query, found) => {
    await at.takeSpans(
      [
        ...SPANS,
        {
          trace: "1af7651916cd43dd8448eb211c80319c",
          id: "b7ad6b7169203331",
          service: "other",
          namespace: "shop",
          name: "x",
          url: "http://productpage:9080/x",
          atMs: START + 100,
          durationMs: 5,
        },
      ].map(resourceSpansOf),
      "application",
    );
    const traces = await at.queries.searchTraces({ seconds: 3600, limit: 10, ...query });
    expect(traces).toHaveLength(found);
    const whole = traces.find(({ traceId }) => traceId === TRACE);
    if (whole !== undefined)
      expect(whole).toMatchObject({
        rootService: "gateway.istio-system",
        rootOperation: "GET /productpage",
        spanCount: 3,
        errorCount: 1,
        durationMs: 90,
      });
  });
}
