import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quantileOf } from "#core/telemetry/quantile.ts";
import { TelemetryQueries } from "#server/telemetry/query/telemetry-queries.ts";
import { PrometheusClient } from "#server/telemetry/stores/prometheus/prometheus-client.ts";
import { PrometheusTraffic } from "#server/telemetry/stores/prometheus/prometheus-traffic.ts";
import { type RunningPrometheus, startPrometheus } from "#testing/prometheus/start-prometheus.ts";
import { remoteWrite, type WrittenSeries } from "#testing/prometheus/write-request.ts";

const SCRAPE_MS = 15_000;
const MINUTES = 20;
const NOW = Math.floor(Date.now() / 60_000) * 60_000;
const BEGAN = NOW - MINUTES * 60_000;
const REVIEWS = "reviews.shop.svc.cluster.local";

/** As istio-proxy tells it, with labels that only Kubernetes' targets have. */
const CALL = {
  reporter: "source",
  source_workload: "productpage-v1",
  source_workload_namespace: "shop",
  source_canonical_service: "productpage",
  source_app: "productpage",
  source_version: "v1",
  source_principal: "spiffe://cluster.local/ns/shop/sa/productpage",
  destination_workload: "reviews-v1",
  destination_workload_namespace: "shop",
  destination_canonical_service: "reviews",
  destination_app: "reviews",
  destination_version: "v1",
  destination_principal: "spiffe://cluster.local/ns/shop/sa/reviews",
  destination_service: REVIEWS,
  destination_service_name: "reviews",
  destination_service_namespace: "shop",
  request_protocol: "http",
  response_code: "200",
  response_flags: "-",
  grpc_response_status: "",
  connection_security_policy: "unknown",
  namespace: "shop",
};

/** A counter that grows by so much a second, and where it starts again. */
function counter(
  name: string,
  labels: Readonly<Record<string, string>>,
  perSecond: number,
  pod = "a",
  restartMs = Number.NaN,
): WrittenSeries {
  const samples: [number, number][] = [];
  for (let ms = BEGAN; ms <= NOW; ms += SCRAPE_MS)
    samples.push([ms, ((ms - (ms >= restartMs ? restartMs - SCRAPE_MS : BEGAN)) / 1000) * perSecond]);
  return { labels: { __name__: name, ...labels, pod }, samples };
}

const TCP = {
  ...CALL,
  request_protocol: "tcp",
  destination_service: "mongodb.shop.svc.cluster.local",
  destination_workload: "mongodb",
  destination_app: "mongodb",
};
const { response_code: _code, grpc_response_status: _status, ...OF_TCP } = TCP;

const SERIES: readonly WrittenSeries[] = [
  // Two pods of a caller, one of which was restarted.
  counter("istio_requests_total", CALL, 4, "a", BEGAN + 10 * 60_000),
  counter("istio_requests_total", CALL, 6, "b"),
  counter("istio_requests_total", { ...CALL, response_code: "503", response_flags: "UF" }, 1),
  counter("istio_requests_total", { ...CALL, reporter: "destination", connection_security_policy: "mutual_tls" }, 10),
  counter("istio_request_duration_milliseconds_sum", CALL, 80),
  counter("istio_request_bytes_sum", CALL, 500),
  counter("istio_response_bytes_sum", CALL, 2000),
  // Half of them up to 5 ms, all up to 10.
  ...[
    ["5", 5],
    ["10", 10],
    ["25", 10],
    ["+Inf", 10],
  ].map(([le, perSecond]) =>
    counter("istio_request_duration_milliseconds_bucket", { ...CALL, le: String(le) }, Number(perSecond)),
  ),
  counter("istio_tcp_connections_opened_total", OF_TCP, 2),
  counter("istio_tcp_connections_closed_total", OF_TCP, 1),
  counter("istio_tcp_sent_bytes_total", OF_TCP, 300),
  counter("istio_tcp_received_bytes_total", OF_TCP, 100),
  // Nobody calls it any more.
  counter("istio_requests_total", { ...CALL, destination_workload: "ratings-v1" }, 0),
];

describe("a mesh that a real Prometheus has measured", () => {
  let prometheus: RunningPrometheus;
  let traffic: PrometheusTraffic;

  beforeAll(async () => {
    prometheus = await startPrometheus();
    await remoteWrite(`${prometheus.url}/api/v1/write`, SERIES);
    const client = new PrometheusClient({ url: prometheus.url, headers: {} });
    traffic = new PrometheusTraffic({ client, scrapeIntervalMs: SCRAPE_MS, now: () => NOW });
    await traffic.refresh();
  });
  afterAll(() => prometheus?.stop());

  const queries = () =>
    new TelemetryQueries(
      {
        traffic,
        gaps: { gaps: () => Promise.resolve([]) },
        requests: undefined as never,
        spans: undefined as never,
        logs: undefined as never,
      },
      () => NOW,
      () => 0,
    );

  test.each([60_000, 300_000, 900_000])("edges have its rates, over %d ms", async (spanMs) => {
    const { rows } = await traffic.sum({ startMs: NOW - spanMs, endMs: NOW });
    const perSecond = rows.map(({ key, count, opened, requestBytes, responseBytes }) => [
      `${key.reporter} ${key.protocol} ${key.responseCode}${key.responseFlags} ${key.destinationWorkload}`,
      ...[count, opened, requestBytes, responseBytes].map((sum) => Math.round((sum / spanMs) * 1000 * 10) / 10),
    ]);
    const told = new Map(perSecond.map(([name, ...figures]) => [name, figures]));
    expect(told.get("source http 503UF reviews-v1")).toEqual([1, 0, 0, 0]);
    expect(told.get("destination http 200- reviews-v1")).toEqual([10, 0, 0, 0]);
    expect(told.get("source tcp 0- mongodb")).toEqual([1, 2, 100, 300]);
    expect(told.get("source http 200- reviews-v1")?.slice(1)).toEqual([0, 500, 2000]);
    // A restart costs what was counted between the last look before it and it.
    expect(Number(told.get("source http 200- reviews-v1")?.[0])).toBeGreaterThanOrEqual(9.9);
    expect(Number(told.get("source http 200- reviews-v1")?.[0])).toBeLessThanOrEqual(10.1);
    expect(told.size).toBe(4);
  });

  test("is drawn as a graph: who calls whom, by mTLS, with percentiles", async () => {
    const graph = await queries().graph({ view: "workload", startMs: NOW - 300_000, endMs: NOW });
    const edges = graph.edges.map(({ source, target }) => `${source} ${target}`).sort();
    expect(edges).toHaveLength(2);
    const { rows } = await traffic.sum({ startMs: NOW - 300_000, endMs: NOW });
    const histogram = rows.find(({ durations }) => durations.length > 0)?.durations ?? [];
    const p50 = quantileOf([{ histogram, share: 1 }], 0.5) ?? 0;
    const p95 = quantileOf([{ histogram, share: 1 }], 0.95) ?? 0;
    expect(Math.abs(p50 - 5)).toBeLessThan(0.02 * 5);
    expect(Math.abs(p95 - 9.5)).toBeLessThan(0.025 * 9.5);
  });

  test("a service's chart is made of slots", async () => {
    const series = await queries().metrics({ host: REVIEWS, startMs: NOW - 600_000, endMs: NOW, stepMs: 60_000 });
    const rates = series.requestsPerSecond.map(({ value }) => Math.round((value ?? 0) * 10) / 10);
    expect(rates.slice(1, -1)).toEqual(rates.slice(1, -1).map(() => 11));
  });

  test("since when it is measured is known to the minute", () => {
    expect(Math.abs(traffic.firstMs() - BEGAN)).toBeLessThanOrEqual(60_000);
    expect([...traffic.keys()]).toHaveLength(4);
  });

  test("a filter asks for nothing else", async () => {
    const among = [...traffic.keys()].filter(({ protocol }) => protocol === "tcp");
    const range = { startMs: NOW - 300_000, endMs: NOW };
    expect((await traffic.sum(range, { among })).rows).toHaveLength(1);
    expect((await traffic.sum(range, { having: { responseCode: 503 } })).rows).toHaveLength(1);
    expect((await traffic.sum(range, { having: { destinationService: "nobody" } })).rows).toEqual([]);
    expect((await traffic.sum(range, {})).rows).toEqual([]);
  });
});

test("one that is not there, or that says no, is told by its address", async () => {
  const gone = new PrometheusClient({ url: "http://127.0.0.1:1", headers: {} });
  await expect(gone.instant("up", NOW)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("127.0.0.1:1"),
  });
});
