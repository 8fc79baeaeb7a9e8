import { expect, test } from "vitest";
import { histogramOf } from "#core/telemetry/histogram.ts";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf, resourceSpansOf, spanBytes } from "#server/telemetry/testing/reports.ts";
import { MINUTE, PRODUCTPAGE, REVIEWS, START, storeCase, toReviews } from "#server/telemetry/testing/store-case.ts";

const at = storeCase(openDuckdb);

test("rows that speak for another are refused, and named; the rest of the report counts", async () => {
  const { refused } = await at.take(
    reportOf(1, [toReviews(START, 5), { side: "source", from: "reviews-v1", to: "ratings-v1", atMs: START, count: 9 }]),
    PRODUCTPAGE,
  );
  expect(refused).toEqual([
    "windows that speak for another than spiffe://cluster.local/ns/default/sa/productpage: 9 requests",
  ]);
  expect(await at.totalOf(START, START + 10_000)).toBe(5);
});

test("spans that cannot be read are told of, and the counts beside them are stored", async () => {
  const { refused } = await at.take(
    reportOf(1, [toReviews(START, 5)], { spans: [new Uint8Array([10, 200])] }),
    PRODUCTPAGE,
  );
  expect(refused).toEqual(["spans that cannot be read: 1 lists"]);
  expect(await at.totalOf(START, START + 10_000)).toBe(5);
});

test("the reporter's end carries its certificate's identity and the registry's labels, whatever it says", async () => {
  const report = reportOf(1, [toReviews(START, 5)]);
  for (const window of report.windows)
    Object.assign(window, { sourceWorkload: "admin", sourcePrincipal: "", sourceWorkloadNamespace: "" });
  await at.take(report, PRODUCTPAGE);
  const { nodes, edges } = await at.queries.graph({ view: "workload", startMs: START, endMs: at.now });
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
  await at.take(report, { ...REVIEWS, accountsOf });
  const { edges } = await at.queries.graph({ view: "workload", startMs: START, endMs: at.now });
  expect(edges.map(({ source }) => source)).toEqual([node]);
});

test("windows at a time that cannot be are refused, and shown as a gap", async () => {
  const { refused } = await at.take(reportOf(1, [toReviews(at.now + 600_000, 5), toReviews(0, 5)]), PRODUCTPAGE);
  expect(refused).toEqual(["windows at a time that cannot be: 10 requests", "samples that cannot be: 2 requests"]);
  const { gaps } = await at.queries.graph({ view: "workload", startMs: START, endMs: at.now + 1 });
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
  const told = { sentAtMs: BigInt(at.now + ahead), foldedAtMs: BigInt(START + 21_000 + ahead) };
  expect((await at.take({ ...report, ...told }, PRODUCTPAGE)).refused).toEqual([]);
  expect(await at.totalOf(START + 10_000, START + 20_000)).toBe(5);
  expect(await at.queries.requests({ seconds: 60, limit: 10 })).toMatchObject([{ startMs: START + 10_001 }]);
  const { gaps } = await at.queries.graph({ view: "workload", startMs: START, endMs: at.now });
  expect(gaps).toMatchObject([{ startMs: START + 10_000, endMs: START + 20_000 }]);
  expect((await at.queries.trace(span.trace))?.spans).toMatchObject([{ startMs: START + 12_000, durationMs: 5 }]);
});

test.each<[string, Partial<RequestWindow>]>([
  ["more requests than a window can have", { count: 2n ** 64n - 1n }],
  ["more in its buckets than requests", { durations: histogramOf([1, 1, 1, 1, 1, 1]) }],
  ["more sizes than requests", { responseSizes: histogramOf([1, 1, 1, 1, 1, 1]) }],
  ["more in Istio's buckets than requests", { durations: [], durationBuckets: [6] }],
  ["a sum that is no number", { durationSumMs: Number.NaN }],
  ["bytes that no sum can hold", { responseBytes: 2n ** 63n }],
  ["a port that is none", { destinationPort: 2 ** 32 - 1 }],
])("a window with %s is refused; others' figures and the roll-up are not spoilt", async (_case, nonsense) => {
  const report = reportOf(1, [toReviews(START, 5), toReviews(START, 5)]);
  Object.assign(report.windows[0] ?? {}, nonsense);
  const { acknowledgedSequence, refused } = await at.take(report, PRODUCTPAGE);
  expect(acknowledgedSequence).toBe(1);
  expect(refused).toEqual([expect.stringContaining("windows with figures that cannot be")]);
  at.now = START + 5 * MINUTE;
  await at.running.maintain();
  const { edges } = await at.queries.graph({ view: "workload", startMs: START, endMs: START + 10_000 });
  expect(edges[0]).toMatchObject({ requestsPerSecond: 0.5 });
});

test("texts that an agent has from its callers cost no more than they are worth", async () => {
  const report = reportOf(1, [toReviews(START, 5)]);
  const long = "x".repeat(60_000);
  Object.assign(report.windows[0] ?? {}, { destinationService: long });
  Object.assign(report.samples[0] ?? {}, { authority: long, requestId: long });
  await at.take(report, PRODUCTPAGE);
  expect(JSON.stringify(await at.queries.requests({ seconds: 60, limit: 10 })).length).toBeLessThan(3000);
  expect([...at.running.metrics.text()].join("")).not.toContain("x".repeat(1000));
});

test("an agent's spans are its workload's, whatever they say; those of one that is not registered are nobody's", async () => {
  const span = { trace: "0af7651916cd43dd8448eb211c80319c", name: "x", atMs: START, durationMs: 5 };
  const { workload: _, services: __, ...stranger } = reporterOf("thief-v1");
  const first = spanBytes({ ...span, id: "b7ad6b7169203331", service: "gateway.istio-system" });
  const second = spanBytes({ ...span, id: "b7ad6b7169203332", service: "productpage.default", atMs: START + 2 });
  await at.take(reportOf(1, [], { spans: [first] }), PRODUCTPAGE);
  await at.take(reportOf(1, [], { spans: [second] }), stranger);
  const trace = await at.queries.trace(span.trace);
  expect(trace?.spans.map(({ service }) => service)).toEqual(["productpage.default", "unknown"]);
});

test("spans of a time that cannot be are left out: they would stay the newest for ever", async () => {
  const span = { trace: "2af7651916cd43dd8448eb211c80319c", id: "b7ad6b7169203331", service: "a", name: "x" };
  const spans = [at.now + 86_400_000, 1000].map((atMs) => resourceSpansOf({ ...span, atMs, durationMs: 1 }));
  await at.takeSpans(spans, "application");
  expect(await at.queries.trace(span.trace)).toBeUndefined();
});
