import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "#cli/client/client.ts";
import { seriesLabels } from "#core/promql/series-labels.ts";
import { makePrometheus } from "#server/prometheus/make-prometheus.ts";
import type { QueryApi } from "#server/prometheus/query-api.ts";
import { asCounted } from "#server/prometheus/traffic-families.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf, spanBytes } from "#server/telemetry/testing/reports.ts";
import { MINUTE, START, toReviews } from "#server/telemetry/testing/store-case.ts";
import { type RunningPrometheus, startPrometheus } from "#testing/prometheus/start-prometheus.ts";
import { remoteWrite } from "#testing/prometheus/write-request.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: never;
}
type Vector = readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];

describe("over windows that are stored", () => {
  let dir: string;
  let telemetry: RunningTelemetry;
  let api: QueryApi;
  let now = START + 20 * MINUTE;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "pharos-promql-"));
    telemetry = await duckdbTelemetry(join(dir, "telemetry.duckdb"), { now: () => now });
    api = makePrometheus({
      store: telemetry.readers,
      relabel: asCounted,
      retention: telemetry.retention,
      now: () => now,
      settledMs: () => telemetry.settledMs(),
      version: "test",
    });
    // Ten requests a second for a quarter of an hour, of which every tenth fails.
    const traffic = Array.from({ length: 90 }, (_, index) => [
      toReviews(START + index * 10_000, 90),
      toReviews(START + index * 10_000, 10, { code: 503 }),
    ]).flat();
    const both = [...traffic, ...traffic.map((each) => ({ ...each, side: "destination" as const }))];
    await telemetry.ingest.takeReport(reportOf(1, traffic), reporterOf("productpage-v1"));
    await telemetry.ingest.takeReport(reportOf(1, both.slice(traffic.length)), reporterOf("reviews-v1"));
  });
  afterAll(async () => {
    await telemetry.close();
    rmSync(dir, { recursive: true });
  });

  const ask = async (path: string, params: Record<string, string>): Promise<Answer> =>
    JSON.parse(
      (await api.answer(path, new URLSearchParams(params), { isGone: () => false, account: "a" })).body,
    ) as Answer;
  const at = async (query: string, ms: number): Promise<string[]> => {
    const answer = await ask("/api/v1/query", { query, time: String(ms / 1000) });
    expect(answer.error).toBeUndefined();
    return (answer.data as { result: Vector }).result.map(({ value }) => value[1]);
  };

  test.each([
    ['sum(istio_requests_total{reporter="source"})', "9000"],
    ['sum(rate(istio_requests_total{reporter="source"}[5m]))', "10"],
    ['sum(increase(istio_requests_total{reporter="destination",response_code=~"5.*"}[1m]))', "60"],
    ["sum(rate(traces_service_graph_request_total[1m])) by (client, server)", "10"],
    ["sum(rate(traces_service_graph_request_failed_total[1m]))", "1"],
    ['sum(rate(traces_spanmetrics_calls_total{status_code="STATUS_CODE_ERROR"}[1m]))', "1"],
    ['sum(istio_request_duration_milliseconds_bucket{reporter="source",le="+Inf"})', "9000"],
    ['sum(istio_request_duration_milliseconds_count{reporter="source"})', "9000"],
  ])("%s is what was counted, exactly", async (query, value) => {
    expect(await at(query, START + 15 * MINUTE)).toEqual([value]);
  });

  // What Kiali and Istio's dashboards ask, with their variables filled in.
  test.each([
    'sum(rate(istio_requests_total{reporter=~"destination|waypoint",destination_service=~"^.+\\\\.default\\\\..+$"} [60s])) by (source_workload,destination_service,request_protocol,response_code,grpc_response_status,response_flags) > 0',
    'histogram_quantile(0.95, sum(rate(istio_request_duration_milliseconds_bucket{reporter="source"}[60s])) by (le,destination_workload))',
    "sum(rate(istio_request_duration_milliseconds_sum[60s])) by (destination_workload) / sum(rate(istio_request_duration_milliseconds_count[60s])) by (destination_workload)",
    'round(sum(irate(istio_requests_total{reporter=~"source|waypoint"}[5m])), 0.001)',
    'sum(irate(istio_requests_total{reporter="source",response_code!~"5.*"}[5m])) / sum(irate(istio_requests_total{reporter="source"}[5m]))',
    "(histogram_quantile(0.50, sum(irate(istio_request_duration_milliseconds_bucket[1m])) by (le)) / 1000) or histogram_quantile(0.50, sum(irate(istio_request_duration_seconds_bucket[1m])) by (le))",
    "sum(istio_build) by (component, tag)",
    'label_join((sum by (destination_workload, destination_workload_namespace) (rate(istio_requests_total{reporter="source"}[5m]))), "destination_workload_var", ".", "destination_workload", "destination_workload_namespace")',
  ])("%s has an answer", async (query) => {
    const seconds = (START + 14 * MINUTE) / 1000;
    const answer = await ask("/api/v1/query_range", {
      query,
      start: String(seconds - 300),
      end: String(seconds),
      step: "15",
    });
    expect(answer.error).toBeUndefined();
    if (!query.includes("istio_build")) expect((answer.data as { result: object[] }).result.length).toBeGreaterThan(0);
  });

  test("names, labels and values are listed", async () => {
    const names = (await ask("/api/v1/label/__name__/values", { start: "0" })).data as readonly string[];
    expect(names).toEqual(expect.arrayContaining(["istio_requests_total", "istio_request_bytes_bucket", "up"]));
    expect((await ask("/api/v1/labels", { "match[]": "istio_requests_total" })).data).toContain("destination_workload");
    expect((await ask("/api/v1/label/response_code/values", { "match[]": "istio_requests_total" })).data).toEqual([
      "200",
      "503",
    ]);
    expect((await ask("/api/v1/series", { "match[]": 'istio_requests_total{response_code="503"}' })).data).toHaveLength(
      2,
    );
    expect((await ask("/api/v1/metadata", {})).data).toHaveProperty("istio_requests_total", [
      expect.objectContaining({ type: "counter" }),
    ]);
  });

  test("requests whose trace is stored are exemplars of the histograms that they are in", async () => {
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const atMs = START + 16 * MINUTE;
    const span = { trace, id: "b7ad6b7169203331", service: "reviews", name: "r", atMs, durationMs: 5 };
    const report = reportOf(2, [toReviews(atMs, 1), toReviews(atMs, 1)], { spans: [spanBytes(span)] });
    for (const [index, sample] of report.samples.entries())
      Object.assign(sample, {
        ...{ sourceVersion: "v1", destinationVersion: "v1", destinationPort: 9080, requestProtocol: "http" },
        ...(index === 1 ? { traceId: "c".repeat(32) } : {}),
      });
    await telemetry.ingest.takeReport(report, reporterOf("productpage-v1"));
    const exemplars = async (query: string) => {
      const params = { query, start: String(START / 1000), end: String(START / 1000 + 3600) };
      return (await ask("/api/v1/query_exemplars", params)).data as readonly {
        readonly seriesLabels: Record<string, string>;
        readonly exemplars: readonly object[];
      }[];
    };
    const quantile = (matcher: string) =>
      `histogram_quantile(0.9, sum by (le) (rate(istio_request_duration_milliseconds_bucket{${matcher}}[5m])))`;
    expect(await exemplars(quantile('reporter="source",response_code="200"'))).toEqual([
      {
        seriesLabels: expect.objectContaining({ destination_workload: "reviews-v1", le: "10" }),
        exemplars: [{ labels: { trace_id: trace }, value: "7", timestamp: atMs / 1000 + 0.001 }],
      },
    ]);
    const inSeconds = await exemplars("traces_service_graph_request_client_seconds_bucket");
    expect(inSeconds).toMatchObject([{ seriesLabels: { le: "0.01" }, exemplars: [{ value: "0.007" }] }]);
    expect(await exemplars(quantile('response_code="503"'))).toEqual([]);
    expect(await exemplars("istio_requests_total")).toEqual([]);
  });

  test("what is made here nobody else may tell", async () => {
    const names = (await ask("/api/v1/label/__name__/values", {})).data as readonly string[];
    const forged = names.map((name) => ({
      labels: seriesLabels([["__name__", name]]),
      samples: [{ atMs: now, value: 1 }],
    }));
    // Who is up is everybody's to tell, each of its own job.
    const { stored, rejected, why } = await telemetry.samples.take("someone", forged);
    expect({ stored, rejected }).toEqual({ stored: 1, rejected: names.length - 1 });
    expect(why).toMatch(/is made here/);
    expect(await at("up{job!='pharos'}", now)).toEqual(["1"]);
  });

  test.each([
    ["/api/v1/query", { query: "rate(x" }, 400, /invalid parameter "query": 1:7: parse error/],
    ["/api/v1/query", { query: "up", time: "never" }, 400, /invalid parameter "time": cannot parse "never"/],
    [
      "/api/v1/query_range",
      { query: "up", start: "2", end: "1", step: "1" },
      400,
      /end timestamp must not be before start/,
    ],
    ["/api/v1/query_range", { query: "up", start: "0", end: "99999", step: "1" }, 400, /11,000 points/],
    [
      "/api/v1/query",
      { query: "vector(1) * on () group_left () istio_requests_total", time: String(START / 1000 + 600) },
      422,
      /found duplicate series/,
    ],
    ["/api/v1/series", {}, 400, /no match\[\] parameter/],
    ["/api/v1/series", { "match[]": "sum(up)" }, 400, /no series selector/],
    ["/api/v1/nothing", {}, 404, /nothing is served/],
  ] as const)("%s with %j is refused as Prometheus does", async (path, params, status, why) => {
    const answer = await api.answer(path, new URLSearchParams(params), { isGone: () => false, account: "a" });
    expect(answer.status).toBe(status);
    expect((JSON.parse(answer.body) as { error: string }).error).toMatch(why);
  });

  test.each(["/api/v1/series", "/api/v1/labels", "/federate"])(
    "of %s no more is walked through than somebody waits for",
    async (path) => {
      const many = new URLSearchParams(Array.from({ length: 101 }, () => ["match[]", "up"]));
      const refused = await api.answer(path, many, { isGone: () => false, account: "a" });
      expect([refused.status, refused.body]).toEqual([400, expect.stringMatching(/101 selectors: 100 at most/)]);
      const left = await api.answer(path, new URLSearchParams({ "match[]": "up" }), {
        isGone: () => true,
        account: "a",
      });
      expect(left.status).toBe(499);
    },
  );

  test("each series is federated with its newest sample", async () => {
    const params = { "match[]": 'istio_requests_total{reporter="source",response_code="503"}' };
    now = START + 16 * MINUTE;
    const { body } = await api.answer("/federate", new URLSearchParams(params), { isGone: () => false, account: "a" });
    now = START + 20 * MINUTE;
    expect(body).toMatch(/^istio_requests_total\{.*reporter="source".*\} 900 \d+\n$/);
  });

  // The last: what is dropped then is gone.
  test("what is stored in minutes and in tens of them tells the same rate", async () => {
    for (const days of [0, 1, 20]) {
      now = START + days * 86_400_000 + 20 * MINUTE;
      await telemetry.maintain();
      await telemetry.maintain();
      const rates = await at('sum(rate(istio_requests_total{reporter="source"}[5m]))', START + 9 * MINUTE);
      expect(rates.map((rate) => Number(rate).toFixed(6))).toEqual(["10.000000"]);
    }
  });
});

test("a real Prometheus that scrapes /metrics has the same series with the same values", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-scraped-"));
  const telemetry = await duckdbTelemetry(join(dir, "telemetry.duckdb"));
  const page = createServer((_, response) => response.end([...telemetry.metrics.text()].join("")));
  await new Promise<void>((done) => page.listen(0, "127.0.0.1", done));
  const { port } = page.address() as AddressInfo;
  const prometheus = await startPrometheus(
    () =>
      `{global: {scrape_interval: 1s}, scrape_configs: [{job_name: p, static_configs: [{targets: ["127.0.0.1:${port}"]}]}]}`,
  );
  try {
    const api = makePrometheus({
      store: telemetry.readers,
      relabel: (metric, key) => telemetry.metrics.labelsFor(metric, key),
      retention: telemetry.retention,
      now: Date.now,
      settledMs: () => telemetry.settledMs(),
      version: "test",
    });
    const from = Math.floor(Date.now() / 10_000) * 10_000 - 2 * MINUTE;
    for (let sequence = 1; sequence <= 4; sequence += 1) {
      const traffic = [200, 404, 503].map((code) => toReviews(from + sequence * 10_000, sequence * code, { code }));
      await telemetry.ingest.takeReport(reportOf(sequence, traffic), reporterOf("productpage-v1"));
    }
    const query = '{__name__=~"istio_(request|response|tcp).*"}';
    const theirs = async (of: string, params: Record<string, string> = {}) => {
      const body = new URLSearchParams({ query: of, ...params });
      const answer = await fetch(`${prometheus.url}/api/v1/query`, { method: "POST", body });
      return ((await answer.json()) as { data: { result: Vector } }).data.result;
    };
    await expect
      .poll(async () => (await theirs("sum(istio_requests_total)"))[0]?.value[1], { timeout: 60_000 })
      .toBe("11070");
    const rowsOf = (vector: Vector) =>
      vector
        .map(({ metric: { job: _, instance: __, ...metric }, value }) =>
          JSON.stringify([Object.entries(metric).sort(), value[1]]),
        )
        .sort();
    const time = String(Date.now() / 1000);
    const ours = await api.answer("/api/v1/query", new URLSearchParams({ query, time }), {
      isGone: () => false,
      account: "a",
    });
    const expected = rowsOf(await theirs(query, { time }));
    expect(expected.length).toBeGreaterThan(60);
    expect(rowsOf((JSON.parse(ours.body) as { data: { result: Vector } }).data.result)).toEqual(expected);
  } finally {
    await prometheus.stop();
    page.close();
    await telemetry.close();
    rmSync(dir, { recursive: true });
  }
});

describe("a real Prometheus writes to a server", () => {
  let serve: Serve;
  let prometheus: RunningPrometheus;
  let token: string;
  const authorization = () => ({ authorization: `Basic ${Buffer.from(`grafana:${token}`).toString("base64")}` });

  beforeAll(async () => {
    serve = await startServe();
    token = (await connect({ dir: serve.dir }).access.createApiToken.mutate({ name: "prometheus", role: "operator" }))
      .token;
    prometheus = await startPrometheus((port) =>
      [
        "global: {scrape_interval: 1s}",
        `scrape_configs: [{job_name: self, static_configs: [{targets: ["127.0.0.1:${port}"]}]}]`,
        `remote_write: [{url: "${serve.url}/prometheus/api/v1/write", basic_auth: {username: any, password: "${token}"}}]`,
      ].join("\n"),
    );
  });
  afterAll(async () => {
    await prometheus?.stop();
    await serve?.stop();
  });

  const query = async (url: string, params: Record<string, string>, headers = {}): Promise<Vector> => {
    const answer = await fetch(`${url}/api/v1/query`, { method: "POST", body: new URLSearchParams(params), headers });
    return ((await answer.json()) as { data: { result: Vector } }).data.result;
  };

  test("what the server measures of itself is on its page, and kept to be asked", async () => {
    const page = await (await fetch(`${serve.url}/metrics`)).text();
    expect(page).toMatch(/^pilot_xds 0$/m);
    expect(page).toMatch(/^pharos_resources\{kind="VirtualService"\} 0$/m);
    expect(page).toMatch(/^process_resident_memory_bytes \d+$/m);
    const kept = async (of: string) => query(`${serve.url}/prometheus`, { query: of }, authorization());
    await expect.poll(() => kept('process_resident_memory_bytes{app="istiod"}'), { timeout: 60_000 }).toHaveLength(1);
    expect(await kept('pilot_proxy_convergence_time_bucket{job="pharos",le="0.1"}')).toMatchObject([
      { metric: { instance: "pharos" }, value: [expect.any(Number), "0"] },
    ]);
  });

  test("and nobody else's word is taken for it", async () => {
    const atMs = Date.now();
    const write = (labels: Record<string, string>) =>
      remoteWrite(`${serve.url}/prometheus/api/v1/write`, [{ labels, samples: [[atMs, 1e6]] }], authorization());
    await write({ __name__: "pilot_xds", app: "istiod", job: "pharos", instance: "forged" });
    const kept = async (of: string) => query(`${serve.url}/prometheus`, { query: of }, authorization());
    expect(await kept('pilot_xds{exported_job="pharos"}')).toHaveLength(1);
    expect(
      await kept('pilot_xds{instance="forged",app="istiod"} or pilot_xds{instance="forged",job="pharos"}'),
    ).toEqual([]);
    await expect(write({ __name__: "istio_requests_total", reporter: "source" })).rejects.toThrow(
      /^400.*is made here/s,
    );
  });

  test("and both answer the same of the same time", async () => {
    const own = `${serve.url}/prometheus`;
    const written = async () =>
      (await query(own, { query: 'count_over_time(up{job="self"}[10m])' }, authorization())).map(({ value }) =>
        Number(value[1]),
      );
    await expect.poll(async () => (await written())[0] ?? 0, { timeout: 60_000 }).toBeGreaterThan(8);
    const [last] = await query(own, { query: 'timestamp(up{job="self"})' }, authorization());
    // Between two samples, so that no edge of a range is one.
    const time = (Number(last?.value[1]) - 1.003).toFixed(3);
    for (const asked of [
      'up{job="self"}',
      "prometheus_http_requests_total",
      "rate(prometheus_http_response_size_bytes_sum[5s])",
      "sum by (job) (increase(process_cpu_seconds_total[4s]))",
      "histogram_quantile(0.9, prometheus_http_request_duration_seconds_bucket)",
      "go_memstats_alloc_bytes",
    ]) {
      const sorted = (vector: Vector) => vector.map((each) => JSON.stringify(each)).sort();
      const theirs = sorted(await query(prometheus.url, { query: asked, time }));
      expect(theirs.length, asked).toBeGreaterThan(0);
      // Series are sent by several shards, each in its own time.
      await expect
        .poll(async () => sorted(await query(own, { query: asked, time }, authorization())), {
          timeout: 30_000,
          message: asked,
        })
        .toEqual(theirs);
    }
  });

  test.each([
    ["another format", { "content-type": "application/json" }, /^415/],
    ["another compression", { "content-encoding": "gzip" }, /^415/],
    ["no token", { authorization: "" }, /^401/],
  ])("a write with %s is refused", async (_, headers, why) => {
    const write = remoteWrite(`${serve.url}/prometheus/api/v1/write`, [], { ...authorization(), ...headers });
    await expect(write).rejects.toThrow(why);
  });
});
