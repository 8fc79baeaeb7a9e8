import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { TracesDataSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { type Serve, startServe } from "#testing/start-serve.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const AT_MS = Math.floor(Date.now() / 1000) * 1000 - 60_000;

let serve: Serve;
let authorization: string;

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const span = (service: string, spanId: string, parentSpanId: string, more: object) => ({
  resource: {
    attributes: [text("service.name", service), text("istio.canonical_service", service.split(".")[0] ?? "")],
  },
  scopeSpans: [
    {
      spans: [
        {
          traceId: TRACE,
          spanId,
          parentSpanId,
          name: "GET /cart",
          startTimeUnixNano: `${AT_MS}000000`,
          endTimeUnixNano: `${AT_MS + 120}000000`,
          ...more,
        },
      ],
    },
  ],
});
const POSTED = {
  resourceSpans: [
    span("gateway.istio-system", "00000000000000a1", "", { kind: 2 }),
    span("cart.shop", "00000000000000a2", "00000000000000a1", {
      kind: 3,
      status: { code: 2, message: "reset" },
      attributes: [
        text("upstream_cluster", "outbound|80||cart.shop"),
        { key: "http.status_code", value: { intValue: "503" } },
      ],
    }),
  ],
};

beforeAll(async () => {
  serve = await startServe();
  const token = readFileSync(join(serve.dir, "admin-token"), "utf8").trim();
  // As Grafana sends it: the token is the password.
  authorization = `Basic ${Buffer.from(`grafana:${token}`).toString("base64")}`;
  const headers = { "content-type": "application/json", authorization };
  const posted = await fetch(`${serve.url}/v1/traces`, { method: "POST", headers, body: JSON.stringify(POSTED) });
  expect(posted.status).toBe(200);
}, 120_000);
afterAll(() => serve.stop());

async function ask(path: string, accept = "application/json"): Promise<Response> {
  return vi.waitFor(() => fetch(`${serve.url}${path}`, { headers: { authorization, accept } }), { timeout: 20_000 });
}

const RANGE_US = `start=${(AT_MS - 60_000) * 1000}&end=${(AT_MS + 60_000) * 1000}`;
const RANGE_S = `start=${AT_MS / 1000 - 60}&end=${AT_MS / 1000 + 60}`;
const q = encodeURIComponent;
const SERVICES = ["cart", "cart.shop", "gateway", "gateway.istio-system"];
const FOUND = { data: [{ traceID: TRACE, spans: [{ spanID: "00000000000000a1" }, { spanID: "00000000000000a2" }] }] };
const NONE = { data: [] };
const tempo = (...spans: readonly string[]) => ({
  traces: [
    {
      traceID: TRACE,
      rootServiceName: "gateway.istio-system",
      spanSets: [{ spans: spans.map((spanID) => ({ spanID })) }],
    },
  ],
});

// The calls of Grafana's Jaeger and Tempo sources, and of Kiali.
test.each<[string, object]>([
  ["/jaeger/api/services", { data: SERVICES, total: 4, errors: null }],
  ["/jaeger/api/services/cart.shop/operations", { data: ["GET /cart"] }],
  ["/jaeger/api/operations?service=cart", { data: [{ name: "GET /cart", spanKind: "client" }] }],
  [`/jaeger/api/traces?service=cart.shop&${RANGE_US}&limit=20&lookback=custom`, FOUND],
  [`/jaeger/api/traces?service=cart&operation=${q("GET /cart")}&${RANGE_US}&minDuration=1000us&maxDuration=1s`, FOUND],
  [`/jaeger/api/traces?service=cart&operation=GET&${RANGE_US}`, NONE],
  [`/jaeger/api/traces?service=cart&${RANGE_US}&minDuration=1s`, NONE],
  [`/jaeger/api/traces?service=cart.shop&${RANGE_US}&tags=${q('{"error":"true","http.status_code":"503"}')}`, FOUND],
  [`/jaeger/api/traces?service=gateway&${RANGE_US}&tags=${q('{"error":"true"}')}`, NONE],
  [
    `/jaeger/api/traces/${TRACE}`,
    {
      data: [
        {
          processes: { p1: { serviceName: "gateway.istio-system" }, p2: { serviceName: "cart.shop" } },
          spans: [
            { processID: "p1", references: [], startTime: AT_MS * 1000, duration: 120_000 },
            {
              processID: "p2",
              references: [{ refType: "CHILD_OF", traceID: TRACE, spanID: "00000000000000a1" }],
              tags: expect.arrayContaining([
                { key: "http.status_code", type: "int64", value: 503 },
                { key: "span.kind", type: "string", value: "client" },
                { key: "error", type: "bool", value: true },
              ]),
            },
          ],
        },
      ],
    },
  ],
  [`/jaeger/api/dependencies?endTs=${AT_MS + 60_000}&lookback=86400000`, NONE],
  ["/jaeger/api/v3/services", { services: SERVICES }],
  ["/jaeger/api/v3/operations?service=cart.shop", { operations: [{ name: "GET /cart", spanKind: "client" }] }],
  [
    `/jaeger/api/v3/traces/${TRACE}`,
    { result: { resourceSpans: [{}, { scopeSpans: [{ spans: [{ traceId: TRACE }] }] }] } },
  ],
  [
    `/jaeger/api/v3/traces?query.service_name=cart.shop&query.start_time_min=${new Date(AT_MS - 1000).toISOString()}&query.start_time_max=${new Date(AT_MS + 1000).toISOString()}`,
    { result: { resourceSpans: [{}, {}] } },
  ],
  [`/tempo/api/v2/traces/${TRACE}?${RANGE_S}`, { trace: { resourceSpans: [{}, {}] } }],
  [`/tempo/api/traces/${TRACE}`, { batches: [{}, {}] }],
  [
    `/tempo/api/search?q=${q('{ resource.service.name = "cart.shop" && status = error }')}&limit=20&spss=3&${RANGE_S}`,
    tempo("00000000000000a2"),
  ],
  [
    `/tempo/api/search?q=${q("{ kind = server } >> { .http.status_code >= 500 }")}&${RANGE_S}`,
    tempo("00000000000000a2"),
  ],
  [`/tempo/api/search?q=${q('{ .service.name = "other" }')}&${RANGE_S}`, { traces: [] }],
  [
    `/tempo/api/search?${RANGE_S}&q=${q('{ .service.name = "cart.shop" } && { } | select(status, .upstream_cluster, name)')}&spss=10`,
    {
      traces: [
        {
          spanSets: [
            {
              matched: 2,
              spans: [
                {},
                {
                  attributes: expect.arrayContaining([
                    text("upstream_cluster", "outbound|80||cart.shop"),
                    text("status", "error"),
                  ]),
                },
              ],
            },
          ],
        },
      ],
    },
  ],
  [
    `/tempo/api/metrics/query_range?q=${q("{ status = error } | count_over_time() by (resource.service.name)")}&start=${(AT_MS - 60_000) * 1e6}&end=${(AT_MS + 60_000) * 1e6}&step=1m`,
    {
      series: [
        {
          labels: [{ key: "resource.service.name", value: { stringValue: "cart.shop" } }],
          samples: [{ value: 1 }],
          promLabels: '{"resource.service.name"="cart.shop"}',
        },
      ],
    },
  ],
  [
    `/tempo/api/metrics/query?q=${q("{} | quantile_over_time(duration, .5)")}&${RANGE_S}`,
    { series: [{ labels: [{ key: "p", value: { doubleValue: 0.5 } }], value: 0.12 }] },
  ],
  [`/tempo/api/search?tags=${q("service.name=cart.shop http.status_code=503")}&${RANGE_S}`, tempo("00000000000000a2")],
  [`/tempo/api/search?tags=${q("service.name=cart")}&${RANGE_S}`, tempo("00000000000000a2")],
  [
    "/tempo/api/v2/search/tags",
    {
      scopes: [
        { name: "resource", tags: ["istio.canonical_service", "pharos.reporter", "service.name"] },
        { name: "span", tags: ["http.status_code", "upstream_cluster"] },
        { name: "intrinsic", tags: expect.arrayContaining(["name", "status"]) },
      ],
    },
  ],
  ["/tempo/api/search/tags", { tagNames: expect.arrayContaining(["http.status_code", "service.name"]) }],
  [
    "/tempo/api/v2/search/tag/resource.service.name/values",
    {
      tagValues: [
        { type: "string", value: "cart.shop" },
        { type: "string", value: "gateway.istio-system" },
      ],
    },
  ],
  [
    "/tempo/api/v2/search/tag/status/values",
    { tagValues: expect.arrayContaining([{ type: "keyword", value: "error" }]) },
  ],
  ["/tempo/api/search/tag/service.name/values", { tagValues: ["cart.shop", "gateway.istio-system"] }],
  ["/tempo/api/search/tag/constructor/values", { tagValues: [] }],
])("GET %s", async (path, expected) => {
  const answer = await ask(path);
  const body = await answer.text();
  expect([answer.status, body]).toEqual([200, expect.anything()]);
  expect(JSON.parse(body)).toMatchObject(expected);
});

test.each([
  ["/tempo/api/echo", 200, /^echo$/],
  ["/tempo/ready", 200, /^ready/],
  ["/tempo/status/services", 200, /Running/],
  [`/tempo/api/v2/traces/${"f".repeat(32)}`, 404, /trace not found/],
  [`/tempo/api/search?q=${q("{ status = ")}`, 400, /TraceQL, character 12: /],
  [`/tempo/api/metrics/query_range?q=${q("{}")}`, 400, /TraceQL, character 3: .*rate/],
  [`/tempo/api/metrics/query_range?q=${q("{} | rate()")}&step=soon`, 400, /step: is no duration/],
  [`/jaeger/api/traces/${"f".repeat(32)}`, 404, /"msg":"trace not found"/],
  ["/jaeger/api/traces?service=a&minDuration=fast", 400, /minDuration: .*is not a duration/],
  ["/jaeger/api/traces/x", 400, /traceID: /],
])("GET %s answers %i", async (path, status, body) => {
  const answer = await ask(path);
  expect([answer.status, await answer.text()]).toEqual([status, expect.stringMatching(body)]);
});

test("a trace comes as Tempo's protobuf, in both versions", async () => {
  const bytesOf = async (path: string) => new Uint8Array(await (await ask(path, "application/protobuf")).arrayBuffer());
  const first = await bytesOf(`/tempo/api/traces/${TRACE}`);
  const ids = fromBinary(TracesDataSchema, first).resourceSpans.map(
    ({ scopeSpans }) => scopeSpans[0]?.spans[0]?.traceId,
  );
  expect(ids.map((id) => Buffer.from(id ?? []).toString("hex"))).toEqual([TRACE, TRACE]);
  const second = new BinaryReader(await bytesOf(`/tempo/api/v2/traces/${TRACE}`));
  expect(second.tag()).toEqual([1, 2]);
  expect(second.bytes()).toEqual(first);
});
