import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import {
  reporterOf,
  reportOf,
  resourceSpansOf,
  type SpanCase,
  spanBytes,
  type Traffic,
} from "#server/telemetry/testing/reports.ts";

/** 2026-03-01, at the start of ten minutes. */
const START = Math.floor(Date.UTC(2026, 2, 1, 12) / 600_000) * 600_000;
const MINUTE = 60_000;
const PRODUCTPAGE = reporterOf("productpage-v1");
const REVIEWS = reporterOf("reviews-v1");

let dir: string;
let now: number;
let store: RunningTelemetry;

/** What every implementation must pass: each opens a store that keeps what it holds over `reopen`. */
const IMPLEMENTATIONS = {
  duckdb: () => duckdbTelemetry(join(dir, "telemetry.duckdb"), { now: () => now }),
};

const toReviews = (atMs: number, count: number, more: Partial<Traffic> = {}): Traffic => ({
  side: "source",
  from: "productpage-v1",
  to: "reviews-v1",
  atMs,
  count,
  ...more,
});
const totalOf = async (startMs: number, endMs: number): Promise<number> =>
  (await store.queries.totals({ reporter: "source", startMs, endMs })).total;

describe.each(Object.entries(IMPLEMENTATIONS))("%s", (_, open) => {
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "pharos-telemetry-"));
    now = START + 30_000;
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    rmSync(dir, { recursive: true });
  });

  const reopen = async (): Promise<void> => {
    await store.close();
    store = await open();
  };

  test("a report counts once, however often it is sent and whoever restarts", async () => {
    const report = reportOf(1, [toReviews(START, 5)]);
    expect((await store.ingest.takeReport(report, PRODUCTPAGE)).acknowledgedSequence).toBe(1);
    expect((await store.ingest.takeReport(report, PRODUCTPAGE)).acknowledgedSequence).toBe(1);
    await reopen();
    expect((await store.ingest.takeReport(report, PRODUCTPAGE)).acknowledgedSequence).toBe(1);
    await store.ingest.takeReport(reportOf(2, [toReviews(START, 7)]), PRODUCTPAGE);
    expect(await totalOf(START, START + 10_000)).toBe(12);
  });

  test("the same report twice in one breath counts once", async () => {
    const report = reportOf(1, [toReviews(START, 5)]);
    await Promise.all(Array.from({ length: 5 }, () => store.ingest.takeReport(report, PRODUCTPAGE)));
    expect(await totalOf(START, START + 10_000)).toBe(5);
  });

  test("one agent cannot make another's reports look repeated", async () => {
    await store.ingest.takeReport(reportOf(1000, []), REVIEWS);
    await store.ingest.takeReport(reportOf(1, [toReviews(START, 5)]), PRODUCTPAGE);
    expect(await totalOf(START, START + 10_000)).toBe(5);
  });

  test("rows that speak for another are refused, and named; the rest of the report counts", async () => {
    const { refused } = await store.ingest.takeReport(
      reportOf(1, [
        toReviews(START, 5),
        { side: "source", from: "reviews-v1", to: "ratings-v1", atMs: START, count: 9 },
      ]),
      PRODUCTPAGE,
    );
    expect(refused).toEqual([
      "windows that speak for another than spiffe://cluster.local/ns/default/sa/productpage: 9 requests",
    ]);
    expect(await totalOf(START, START + 10_000)).toBe(5);
  });

  test("the reporter's end carries its certificate's identity and the registry's labels, whatever it says", async () => {
    const report = reportOf(1, [toReviews(START, 5)]);
    for (const window of report.windows)
      Object.assign(window, { sourceWorkload: "admin", sourcePrincipal: "", sourceWorkloadNamespace: "" });
    await store.ingest.takeReport(report, PRODUCTPAGE);
    const { nodes, edges } = await store.queries.graph({ view: "workload", startMs: START, endMs: now });
    expect(nodes.map(({ id }) => id)).toEqual(["wl_default_productpage-v1", "wl_default_reviews-v1"]);
    expect(edges[0]?.sourcePrincipals).toEqual([PRODUCTPAGE.principal]);
  });

  test.each([
    ["its own workload's", "default/productpage-v1", "productpage", "wl_default_productpage-v1"],
    ["another account's workload's", "default/productpage-v1", "reviews", "wl_default_productpage"],
    ["a name that nobody registered", "default/somebody", "reviews", "wl_default_productpage-v1"],
    ["a name in another namespace", "shop/productpage-v1", "productpage", "wl_default_productpage"],
  ])("a caller that gives %s name in its header", async (_case, registered, account, node) => {
    const report = reportOf(1, [toReviews(START, 5, { side: "destination" })]);
    const [namespace = ""] = registered.split("/");
    for (const window of report.windows) window.sourceWorkloadNamespace = namespace;
    const accountsOf = (workload: string) => (workload === registered ? new Set([account]) : undefined);
    await store.ingest.takeReport(report, { ...REVIEWS, accountsOf });
    const { edges } = await store.queries.graph({ view: "workload", startMs: START, endMs: now });
    expect(edges.map(({ source }) => source)).toEqual([node]);
  });

  test("windows at a time that cannot be are refused, and shown as a gap", async () => {
    const { refused } = await store.ingest.takeReport(
      reportOf(1, [toReviews(now + 600_000, 5), toReviews(0, 5)]),
      PRODUCTPAGE,
    );
    expect(refused).toEqual(["windows at a time that cannot be: 10 requests", "samples that cannot be: 2 requests"]);
    const { gaps } = await store.queries.graph({ view: "workload", startMs: START, endMs: now + 1 });
    expect(gaps).toMatchObject([
      {
        workload: "default/productpage-v1",
        requests: 10,
        reason: expect.stringContaining("(from 1970-01-01T00:00:00.000Z on): they are not counted"),
      },
    ]);
  });

  test.each([
    ["10 minutes ahead", 10 * MINUTE],
    ["2 years ahead", 2 * 365 * 24 * 60 * MINUTE],
    ["3 hours behind", -3 * 60 * MINUTE],
    ["56 years behind, as a host without a battery wakes up", -56 * 365 * 24 * 60 * MINUTE],
  ])("what a host measures whose clock is %s is dated by this one", async (_case, ahead) => {
    const span = { trace: "3af7651916cd43dd8448eb211c80319c", id: "b7ad6b7169203331", service: "a", name: "x" };
    const report = reportOf(1, [toReviews(START + 10_000 + ahead, 5)], {
      spans: [spanBytes({ ...span, atMs: START + 12_000 + ahead, durationMs: 5 })],
      gaps: [[START + 10_000 + ahead, START + 20_000 + ahead, "the disk was full", 2]],
    });
    const told = { sentAtMs: BigInt(now + ahead), foldedAtMs: BigInt(START + 21_000 + ahead) };
    expect((await store.ingest.takeReport({ ...report, ...told }, PRODUCTPAGE)).refused).toEqual([]);
    expect(await totalOf(START + 10_000, START + 20_000)).toBe(5);
    expect(await store.queries.requests({ seconds: 60, limit: 10 })).toMatchObject([{ startMs: START + 10_001 }]);
    const { gaps } = await store.queries.graph({ view: "workload", startMs: START, endMs: now });
    expect(gaps).toMatchObject([{ startMs: START + 10_000, endMs: START + 20_000 }]);
    expect((await store.queries.trace(span.trace))?.spans).toMatchObject([{ startMs: START + 12_000, durationMs: 5 }]);
  });

  test.each<[string, Partial<RequestWindow>]>([
    ["more requests than a window can have", { count: 2n ** 64n - 1n }],
    ["more in its buckets than requests", { durationBuckets: [6] }],
    ["a sum that is no number", { durationSumMs: Number.NaN }],
    ["bytes that no sum can hold", { responseBytes: 2n ** 63n }],
    ["a port that is none", { destinationPort: 2 ** 32 - 1 }],
  ])("a window with %s is refused; others' figures and the roll-up are not spoilt", async (_case, nonsense) => {
    const report = reportOf(1, [toReviews(START, 5), toReviews(START, 5)]);
    Object.assign(report.windows[0] ?? {}, nonsense);
    const { acknowledgedSequence, refused } = await store.ingest.takeReport(report, PRODUCTPAGE);
    expect(acknowledgedSequence).toBe(1);
    expect(refused).toEqual([expect.stringContaining("windows with figures that cannot be")]);
    now = START + 5 * MINUTE;
    await store.maintain();
    const { edges } = await store.queries.graph({ view: "workload", startMs: START, endMs: START + 10_000 });
    expect(edges[0]).toMatchObject({ requestsPerSecond: 0.5 });
  });

  test("texts that an agent has from its callers cost no more than they are worth", async () => {
    const report = reportOf(1, [toReviews(START, 5)]);
    const long = "x".repeat(60_000);
    Object.assign(report.windows[0] ?? {}, { destinationService: long });
    Object.assign(report.samples[0] ?? {}, { authority: long, requestId: long });
    await store.ingest.takeReport(report, PRODUCTPAGE);
    expect(JSON.stringify(await store.queries.requests({ seconds: 60, limit: 10 })).length).toBeLessThan(3000);
    expect([...store.metrics.text()].join("")).not.toContain("x".repeat(1000));
  });

  test("counts stay exact over roll-ups, late reports and a restart between them", async () => {
    await store.ingest.takeReport(reportOf(1, [toReviews(START, 1), toReviews(START + 10_000, 10)]), PRODUCTPAGE);
    await store.ingest.takeReport(reportOf(2, [toReviews(START, 100)]), PRODUCTPAGE);
    now = START + 25 * MINUTE;
    await store.maintain();
    await store.ingest.takeReport(
      reportOf(3, [toReviews(START, 1000), toReviews(now - MINUTE * 2, 10_000), toReviews(now - 5000, 100_000)]),
      PRODUCTPAGE,
    );
    await reopen();
    now += 30 * MINUTE;
    await store.maintain();
    await store.maintain();
    const { edges } = await store.queries.graph({ view: "workload", startMs: START, endMs: START + 3600_000 });
    expect((edges[0]?.requestsPerSecond ?? 0) * 3600).toBeCloseTo(111_111, 6);
    expect(await totalOf(START, START + 3600_000)).toBe(111_111);
    expect(await totalOf(START, START + 10_000)).toBe(1101);
    expect(await totalOf(START + 10_000, START + 20_000)).toBe(10);
  });

  test("totals tell codes, services and workloads apart", async () => {
    await store.ingest.takeReport(
      reportOf(1, [toReviews(START, 5), toReviews(START, 2, { code: 503 }), toReviews(START, 4, { to: "details-v1" })]),
      PRODUCTPAGE,
    );
    await store.ingest.takeReport(reportOf(1, [toReviews(START, 5, { side: "destination" })]), REVIEWS);
    const range = { startMs: START, endMs: START + 10_000 };
    expect(
      await store.queries.totals({ ...range, reporter: "source", service: "reviews.default.svc.cluster.local" }),
    ).toEqual({
      total: 7,
      byCode: { "200": 5, "503": 2 },
    });
    expect(
      await store.queries.totals({
        ...range,
        reporter: "destination",
        workload: "reviews-v1",
        service: "reviews.default.svc.cluster.local",
      }),
    ).toEqual({ total: 5, byCode: { "200": 5 } });
    expect(await store.queries.totals({ ...range, reporter: "source", workload: "reviews-v1" })).toEqual({
      total: 0,
      byCode: {},
    });
  });

  test("a denial that the called end reports stands on the caller's edge", async () => {
    await store.ingest.takeReport(reportOf(1, [toReviews(START, 10, { code: 403 })]), PRODUCTPAGE);
    await store.ingest.takeReport(
      reportOf(1, [
        toReviews(START, 10, { side: "destination", code: 403, deniedBy: "ns[default]-policy[no]-rule[0]" }),
      ]),
      REVIEWS,
    );
    const { edges } = await store.queries.graph({ view: "service", startMs: START, endMs: now });
    expect(edges).toMatchObject([
      { deniedBy: ["AuthorizationPolicy/default/no"], errorPercent: 100, health: { status: "failure" } },
    ]);
    expect(await store.queries.requests({ seconds: 60, limit: 10, deniedOnly: true })).toMatchObject([
      { deniedBy: "AuthorizationPolicy/default/no", responseCode: 403 },
    ]);
  });

  test("series hold what each step counted, and nothing where nothing was", async () => {
    await store.ingest.takeReport(
      reportOf(1, [toReviews(START, 20), toReviews(START + 20_000, 40, { code: 500 })]),
      PRODUCTPAGE,
    );
    const series = await store.queries.metrics({
      host: "reviews.default.svc.cluster.local",
      startMs: START,
      endMs: START + 30_000,
      stepMs: 10_000,
    });
    expect(series.requestsPerSecond.map(({ value }) => value)).toEqual([2, null, 4]);
    expect(series.errorPercent.map(({ value }) => value)).toEqual([0, null, 100]);
    expect(series.byCodeClass["5xx"]?.map(({ value }) => value)).toEqual([0, null, 4]);
    expect(series.p95Ms[0]?.value).toBeCloseTo(9.75);
  });

  test.each([
    [
      "an edge, counted once though both ends tell",
      { from: "wl_default_productpage-v1", to: "wl_default_reviews-v1" },
      [5, 1],
    ],
    ["all that reaches a node", { to: "wl_default_reviews-v1" }, [8, 1]],
    ["all that leaves a node", { from: "wl_default_productpage-v1" }, [5, 3]],
    ["what comes into a namespace from outside, of which there is nothing", { to: "namespace:default" }, [null, null]],
    ["all inside a namespace", { from: "namespace:default", to: "namespace:default" }, [8, 3]],
  ])("the figures over time of %s", async (_name, ends, rates) => {
    const toRatings: Partial<Traffic> = { from: "productpage-v1", to: "ratings-v1" };
    await store.ingest.takeReport(
      reportOf(1, [toReviews(START, 50), toReviews(START + 10_000, 10), toReviews(START + 10_000, 20, toRatings)]),
      PRODUCTPAGE,
    );
    await store.ingest.takeReport(reportOf(1, [toReviews(START, 50, { side: "destination" })]), REVIEWS);
    await store.ingest.takeReport(
      reportOf(1, [toReviews(START, 30, { from: "details-v1" })]),
      reporterOf("details-v1"),
    );
    const series = await store.queries.edgeMetrics({
      ends: { view: "workload", ...ends },
      startMs: START,
      endMs: START + 20_000,
      stepMs: 10_000,
    });
    expect(series.requestsPerSecond.map(({ value }) => value)).toEqual(rates);
  });

  test("the mesh is counted where traffic enters it", async () => {
    const gateway = reporterOf("gateway-v1");
    await store.ingest.takeReport(
      reportOf(1, [
        { side: "source", from: "gateway-v1", to: "productpage-v1", atMs: START, count: 20, fromGateway: true },
      ]),
      gateway,
    );
    await store.ingest.takeReport(reportOf(1, [toReviews(START, 200)]), PRODUCTPAGE);
    const series = await store.queries.metrics({ startMs: START, endMs: START + 10_000, stepMs: 10_000 });
    expect(series.requestsPerSecond.map(({ value }) => value)).toEqual([2]);
  });

  test("a service's figures count both ends once, with a sparkline", async () => {
    await store.ingest.takeReport(
      reportOf(1, [toReviews(START, 50), toReviews(START + 20_000, 50, { code: 503 })]),
      PRODUCTPAGE,
    );
    await store.ingest.takeReport(reportOf(1, [toReviews(START, 50, { side: "destination" })]), REVIEWS);
    expect(await store.queries.services({ startMs: START, endMs: START + 30_000 })).toMatchObject([
      {
        host: "reviews.default.svc.cluster.local",
        requestsPerSecond: 100 / 30,
        errorPercent: 50,
        sparkline: [5, 0, 5],
      },
    ]);
  });

  test("a service that only its own end reports on has figures too", async () => {
    await store.ingest.takeReport(
      reportOf(1, [{ side: "destination", from: "", to: "reviews-v1", atMs: START, count: 30 }]),
      REVIEWS,
    );
    expect(await store.queries.services({ startMs: START, endMs: START + 30_000 })).toMatchObject([
      { requestsPerSecond: 1, sparkline: [3, 0, 0] },
    ]);
  });

  test("gaps are told with the graph of their time", async () => {
    await store.ingest.takeReport(reportOf(1, [], { gaps: [[START, START + 5000, "Envoy was killed", 3]] }), REVIEWS);
    const gap = {
      startMs: START,
      endMs: START + 5000,
      workload: "default/reviews-v1",
      reason: "Envoy was killed",
      requests: 3,
    };
    expect((await store.queries.graph({ view: "service", startMs: START, endMs: now })).gaps).toEqual([gap]);
    expect((await store.queries.graph({ view: "service", startMs: START - MINUTE, endMs: START })).gaps).toEqual([]);
  });

  const TRACE = "0af7651916cd43dd8448eb211c80319c";
  const SPANS: SpanCase[] = [
    {
      trace: TRACE,
      id: "b7ad6b7169203331",
      service: "gateway.istio-system",
      name: "productpage.default.svc.cluster.local:9080/*",
      url: "http://bookinfo.example/productpage?u=normal",
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
    await store.ingest.takeReport(reportOf(1, [], { spans: SPANS.slice(0, 1).map(spanBytes) }), gateway);
    await store.ingest.takeReport(reportOf(1, [], { spans: SPANS.slice(1, 2).map(spanBytes) }), PRODUCTPAGE);
    await store.ingest.takeSpans(SPANS.slice(1).map(resourceSpansOf), "application");
    const trace = await store.queries.trace(TRACE);
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
    expect(await store.queries.trace("0af7651916cd43dd8448eb211c803190")).toBeUndefined();
  });

  test("an agent's spans are its workload's, whatever they say; those of one that is not registered are nobody's", async () => {
    const { workload: _, services: __, ...stranger } = reporterOf("thief-v1");
    await store.ingest.takeReport(reportOf(1, [], { spans: SPANS.slice(0, 1).map(spanBytes) }), PRODUCTPAGE);
    await store.ingest.takeReport(reportOf(1, [], { spans: SPANS.slice(1, 2).map(spanBytes) }), stranger);
    const trace = await store.queries.trace(TRACE);
    expect(trace?.spans.map(({ service }) => service)).toEqual(["productpage.default", "unknown"]);
  });

  test.each([
    ["by the first part of a service's name", { service: "reviews" }, 1],
    ["by nothing", {}, 2],
    ["not by a name that only begins alike", { service: "review" }, 0],
    ["by operation", { operation: "INGRESS" }, 1],
    ["by the path that was asked for", { operation: "/productpage" }, 1],
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
    await store.ingest.takeSpans(
      [
        ...SPANS,
        {
          trace: "1af7651916cd43dd8448eb211c80319c",
          id: "b7ad6b7169203331",
          service: "other",
          name: "x",
          atMs: START + 100,
          durationMs: 5,
        },
      ].map(resourceSpansOf),
      "application",
    );
    const traces = await store.queries.searchTraces({ seconds: 3600, limit: 10, ...query });
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

  test("Prometheus reads Istio's names and labels, and each series once", async () => {
    await store.ingest.takeReport(
      reportOf(1, [
        toReviews(START, 5),
        toReviews(START, 2, { deniedBy: "none", code: 403 }),
        toReviews(START, 2, { deniedBy: "ns[a]-policy[b]-rule[0]", code: 403 }),
      ]),
      PRODUCTPAGE,
    );
    const lines = [...store.metrics.text()].join("").split("\n");
    const requests = lines.filter((line) => line.startsWith("istio_requests_total{"));
    expect(requests).toHaveLength(2);
    expect(requests.find((line) => line.includes('response_code="403"'))?.endsWith(" 4")).toBe(true);
    expect(requests[0]).toContain('reporter="source",source_workload="productpage-v1"');
    expect(
      lines
        .find(
          (line) =>
            line.startsWith("istio_request_duration_milliseconds_bucket{") &&
            line.includes('le="10"') &&
            line.includes('response_code="200"'),
        )
        ?.endsWith(" 5"),
    ).toBe(true);
    const names = lines
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(new Set(names).size).toBe(names.length);
  });

  test("labels go with the last of their windows, and those that come again count again", async () => {
    await store.ingest.takeReport(
      reportOf(1, [toReviews(START, 5, { to: "gone-v1" }), toReviews(START, 5)]),
      PRODUCTPAGE,
    );
    now = START + 20 * 24 * 3600_000;
    await store.ingest.takeReport(reportOf(2, [toReviews(now, 7)]), PRODUCTPAGE);
    now = START + 31 * 24 * 3600_000;
    await store.maintain();
    expect([...store.metrics.text()].join("")).not.toContain("gone-v1");
    await store.ingest.takeReport(reportOf(3, [toReviews(now, 3, { to: "gone-v1" }), toReviews(now, 11)]), PRODUCTPAGE);
    await reopen();
    const { edges } = await store.queries.graph({ view: "workload", startMs: now, endMs: now + 10_000 });
    expect(edges.map(({ target, requestsPerSecond }) => [target, requestsPerSecond])).toEqual([
      ["wl_default_gone-v1", 0.3],
      ["wl_default_reviews-v1", 1.1],
    ]);
    expect(await totalOf(START, now + 10_000)).toBe(21);
  });

  test("spans of a time that cannot be are left out: they would stay the newest for ever", async () => {
    const span = { trace: "2af7651916cd43dd8448eb211c80319c", id: "b7ad6b7169203331", service: "a", name: "x" };
    const spans = [now + 86_400_000, 1000].map((atMs) => resourceSpansOf({ ...span, atMs, durationMs: 1 }));
    await store.ingest.takeSpans(spans, "application");
    expect(await store.queries.trace(span.trace)).toBeUndefined();
  });

  test("what is older than its retention goes, and coarser windows still tell of it", async () => {
    await store.ingest.takeReport(reportOf(1, [toReviews(START, 600)]), PRODUCTPAGE);
    now = START + 4 * 3600_000;
    await store.maintain();
    const { edges } = await store.queries.graph({ view: "workload", startMs: START, endMs: START + 600_000 });
    expect(edges[0]?.requestsPerSecond).toBe(1);
  });
});
