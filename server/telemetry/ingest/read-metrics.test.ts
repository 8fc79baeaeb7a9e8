import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { compileRedaction } from "#core/telemetry/redact-headers.ts";
import { type MetricSchema, ResourceMetricsSchema } from "#proto/gen/opentelemetry/proto/metrics/v1/metrics_pb.js";
import { metricName } from "#server/telemetry/ingest/metric-name.ts";
import { readMetrics } from "#server/telemetry/ingest/read-metrics.ts";

// What Prometheus' own translation of OTLP's names gives.
test.each([
  ["http.server.request.duration", "s", "other", "http_server_request_duration_seconds"],
  ["http.server.active_requests", "{request}", "other", "http_server_active_requests"],
  ["process.cpu.time", "s", "counter", "process_cpu_time_seconds_total"],
  ["total.orders", "1", "counter", "orders_total"],
  ["jvm.memory.used", "By", "gauge", "jvm_memory_used_bytes"],
  ["cache.hits", "1", "gauge", "cache_hits_ratio"],
  ["network.speed", "By/s", "gauge", "network_speed_bytes_per_second"],
  ["already_seconds", "s", "gauge", "already_seconds"],
  ["2xx.answers", "", "gauge", "_2xx_answers"],
  ["of.their.own", "constructor/toString", "gauge", "of_their_own_constructor_per_toString"],
] as const)("%s in %s, a %s, is %s", (name, unit, kind, expected) => {
  expect(metricName(name, unit, kind)).toBe(expected);
});

const text = (key: string, value: string) => ({ key, value: { value: { case: "stringValue" as const, value } } });
const AT = { timeUnixNano: 5_000_000_000n };

test("what a header said is a label as far as it may be shown", () => {
  const said = {
    ...AT,
    attributes: [text("http.request.header.x-key", "abc"), text("http.request.header.x-tenant", "acme")],
  };
  const metrics = [{ name: "depth", data: { case: "gauge" as const, value: { dataPoints: [said] } } }];
  const sent = create(ResourceMetricsSchema, { scopeMetrics: [{ metrics }] });
  const { series } = readMetrics([sent], compileRedaction(["x-key"]));
  expect(Object.fromEntries(series[0]?.labels ?? [])).toMatchObject({
    http_request_header_x_key: "redacted",
    http_request_header_x_tenant: "acme",
  });
});

function read(...metrics: MessageInitShape<typeof MetricSchema>[]) {
  const resource = {
    attributes: [
      text("service.name", "cart"),
      text("service.namespace", "shop"),
      text("service.instance.id", "cart-1"),
      text("host.name", "h"),
    ],
  };
  const { series, ...rest } = readMetrics([create(ResourceMetricsSchema, { resource, scopeMetrics: [{ metrics }] })]);
  const lines = series.map(({ labels, samples }) => {
    const { __name__, job, instance, ...more } = Object.fromEntries(labels);
    expect([job, instance]).toEqual(["shop/cart", "cart-1"]);
    return `${__name__} ${JSON.stringify(more)} ${samples.map(({ atMs, value }) => `${value}@${atMs}`).join()}`;
  });
  return { lines, ...rest };
}

test("counters, gauges, histograms and summaries are the series that Prometheus makes of them, and the resource is target_info", () => {
  const { lines } = read(
    {
      name: "orders",
      data: {
        case: "sum",
        value: {
          aggregationTemporality: 2,
          isMonotonic: true,
          dataPoints: [{ ...AT, value: { case: "asInt", value: 3n }, attributes: [text("http.route", "/a")] }],
        },
      },
    },
    { name: "depth", data: { case: "gauge", value: { dataPoints: [{ ...AT, flags: 1 }] } } },
    {
      name: "took",
      unit: "s",
      data: {
        case: "histogram",
        value: {
          aggregationTemporality: 2,
          dataPoints: [{ ...AT, count: 6n, sum: 9.5, bucketCounts: [1n, 2n, 3n], explicitBounds: [0.5, 1] }],
        },
      },
    },
    {
      name: "wait",
      data: {
        case: "summary",
        value: { dataPoints: [{ ...AT, count: 2n, sum: 4, quantileValues: [{ quantile: 0.5, value: 1.5 }] }] },
      },
    },
  );
  expect(lines).toEqual([
    'orders_total {"http_route":"/a"} 3@5000',
    "depth {} null@5000",
    'took_seconds_bucket {"le":"0.5"} 1@5000',
    'took_seconds_bucket {"le":"1"} 3@5000',
    'took_seconds_bucket {"le":"+Inf"} 6@5000',
    "took_seconds_sum {} 9.5@5000",
    "took_seconds_count {} 6@5000",
    'wait {"quantile":"0.5"} 1.5@5000',
    "wait_sum {} 4@5000",
    "wait_count {} 2@5000",
    'target_info {"host_name":"h"} 1@5000',
  ]);
});

test("what has no cumulative numbers is counted as rejected, by the name of the metric", () => {
  const delta = { aggregationTemporality: 1, dataPoints: [AT, AT] };
  const { lines, rejected, why } = read({ name: "orders", data: { case: "sum", value: delta } });
  expect(lines).toEqual([]);
  expect({ rejected, why }).toEqual({ rejected: 2, why: expect.stringMatching(/^orders: deltas/) });
});
