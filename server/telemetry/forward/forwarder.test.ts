import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { afterEach, expect, test, vi } from "vitest";
import { ExportTraceServiceRequestSchema } from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import { openCollector } from "#server/telemetry/forward/collector.ts";
import { Forwarder } from "#server/telemetry/forward/forwarder.ts";
import { readSpans } from "#server/telemetry/ingest/read-spans.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";

const row = (index: number, resource = '{"service.name":"web.shop","pharos.reporter":"a"}'): SpanRow => ({
  startUs: 1_750_000_000_000_125n,
  durationUs: 90_000n,
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: (index + 1).toString(16).padStart(16, "0"),
  parentSpanId: index === 0 ? null : "0000000000000001",
  service: "web.shop",
  name: "GET /",
  kind: 2,
  status: 2,
  isError: true,
  statusMessage: "it broke",
  attributes: '{"http.status_code":503,"share":0.5,"retry":true}',
  resource,
  events: '[{"atMs":1750000000000.5,"name":"retry","attributes":{"attempt":2}}]',
  links: '[{"traceId":"1af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","attributes":{}}]',
  scope: "envoy",
});

let server: Server | undefined;
let forwarder: Forwarder | undefined;
afterEach(async () => {
  await forwarder?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A collector that answers with what `answers` has left, and 200 then. */
async function collect(answers: number[], options: { rowsMax?: number } = {}) {
  const got: SpanRow[] = [];
  const warnings: string[] = [];
  const seen: string[] = [];
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const status = answers.shift() ?? 200;
    seen.push(`${request.url} ${request.headers.authorization} ${status}`);
    if (status === 200) {
      const { resourceSpans } = fromBinary(ExportTraceServiceRequestSchema, gunzipSync(Buffer.concat(parts)));
      got.push(...readSpans(resourceSpans, "collector"));
    }
    response.writeHead(status, { "retry-after": "0" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  forwarder = new Forwarder({
    collector: openCollector({ protocol: "http", address, isTls: false, headers: { authorization: "Bearer x" } }),
    warn: (message) => warnings.push(message),
    backoff: { firstMs: 5, maxMs: 10 },
    ...options,
  });
  const figure = (name: string, labels: Readonly<Record<string, string>>) =>
    forwarder
      ?.metrics()
      .find((metric) => metric.name === `pharos_otlp_export_${name}`)
      ?.values.find((each) => Object.entries(labels).every(([key, value]) => each.labels?.[key] === value))?.value;
  return { forwarder, got, warnings, seen, figure };
}

test("what is stored comes to the collector as it is, in order, and again where it was away", async () => {
  const { forwarder, got, warnings, seen, figure } = await collect([503, 429]);
  const rows = Array.from({ length: 2500 }, (_, index) => row(index));
  forwarder.add({ spans: rows, logs: [] });
  await vi.waitFor(() => expect(got).toHaveLength(2500), { timeout: 10_000 });
  const { resource, ...first } = got[0] as SpanRow;
  const { resource: _, ...sent } = rows[0] as SpanRow;
  expect(first).toEqual(sent);
  expect(JSON.parse(resource)).toMatchObject({ "service.name": "web.shop", "pharos.forwarded": true });
  expect(got.map(({ spanId }) => spanId)).toEqual(rows.map(({ spanId }) => spanId));
  expect(seen[0]).toBe("/v1/traces Bearer x 503");
  await vi.waitFor(() => expect(figure("sent_total", { signal: "traces" })).toBe(2500));
  expect([figure("failures_total", {}), figure("queued", { signal: "traces" })]).toEqual([2, 0]);
  expect(warnings).toEqual([expect.stringContaining("answered 503"), "the collector takes telemetry again"]);
});

test("what finds no room or is refused is dropped, counted and told, and what was handed on before goes no further", async () => {
  const { forwarder, got, warnings, figure } = await collect([400], { rowsMax: 3 });
  forwarder.add({ spans: [row(0, '{"pharos.forwarded":true}')], logs: [] });
  expect(figure("queued", { signal: "traces" })).toBe(0);
  forwarder.add({ spans: [0, 1, 2, 3, 4].map((index) => row(index)), logs: [] });
  expect(figure("dropped_total", { signal: "traces", reason: "no room" })).toBe(2);
  await vi.waitFor(() => expect(figure("dropped_total", { signal: "traces", reason: "refused" })).toBe(3), {
    timeout: 5000,
  });
  forwarder.add({ spans: [row(9)], logs: [] });
  await vi.waitFor(() => expect(got).toHaveLength(1), { timeout: 5000 });
  expect(warnings).toEqual([expect.stringContaining("dropped"), expect.stringContaining("answered 400")]);
});

test("that a collector is too slow is told once for as long as it is", async () => {
  const warnings: string[] = [];
  const rows = (count: number) => ({ spans: Array.from({ length: count }, (_, index) => row(index)), logs: [] });
  let sent = 0;
  const slow = new Forwarder({
    warn: (message) => warnings.push(message),
    rowsMax: 2500,
    collector: {
      async send() {
        sent += 1;
        // More than there is room for, after a request made some.
        if (sent === 2) slow.add(rows(2600));
        return { rejected: 0, why: "" };
      },
      close: () => undefined,
    },
  });
  forwarder = slow;
  slow.add(rows(2600));
  await vi.waitFor(() => expect(sent).toBe(3), { timeout: 10_000 });
  expect(warnings).toEqual([expect.stringContaining("too slow")]);
});

test("what a collector says of more than it was sent, or without end, changes no figure beyond that", async () => {
  const saying = [-1e15, 1e15];
  const forwarder = new Forwarder({
    collector: { send: async () => ({ rejected: saying.shift() ?? 0, why: "x".repeat(1e6) }), close: () => undefined },
    warn: (message) => expect(message.length).toBeLessThan(1000),
  });
  const figures = (): unknown[] =>
    forwarder
      .metrics()
      .flatMap(({ name, values }) => (name.endsWith("_total") ? values.map(({ value }) => value) : []));
  for (const expected of [1, 2]) {
    forwarder.add({ spans: [row(0)], logs: [] });
    await vi.waitFor(() => expect(figures().reduce((sum: number, each) => sum + Number(each), 0)).toBe(expected), {
      timeout: 5000,
    });
  }
  await forwarder.close();

  server = createServer((_, response) => {
    const more = (): void => {
      while (response.write(Buffer.alloc(65_536)));
      response.once("drain", more);
    };
    more();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endless = openCollector({ protocol: "http", address, isTls: false, headers: {} });
  expect(await endless.send("traces", new Uint8Array())).toEqual({ rejected: 0, why: "" });
});
