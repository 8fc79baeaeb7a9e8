import { expect, test } from "vitest";
import { readSpans } from "#server/telemetry/ingest/read-spans.ts";
import { readZipkinSpans } from "#server/telemetry/ingest/zipkin-http.ts";

const SPAN = {
  traceId: "48485a3953bb6124",
  id: "a2fb4a1d1a96d312",
  kind: "CLIENT",
  name: "get /reviews",
  timestamp: 1_472_470_996_199_000,
  duration: 207_000,
  localEndpoint: { serviceName: "productpage", ipv4: "10.0.0.1" },
  annotations: [{ timestamp: 1_472_470_996_200_000, value: "ws" }],
  tags: { "http.path": "/reviews", error: "refused" },
};
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

test("what Zipkin's reporters post is read as spans of the services that they name", () => {
  const other = { ...SPAN, id: "1", parentId: SPAN.id, localEndpoint: { serviceName: "reviews" }, tags: {} };
  expect(readSpans(readZipkinSpans(bytes([SPAN, other])), "someone")).toMatchObject([
    {
      traceId: `${"0".repeat(16)}${SPAN.traceId}`,
      service: "productpage",
      name: SPAN.name,
      kind: 3,
      status: 2,
      statusMessage: "refused",
      durationUs: 207_000n,
      attributes: '{"http.path":"/reviews"}',
      events: '[{"atMs":1472470996200,"name":"ws","attributes":{}}]',
      resource: '{"service.name":"productpage","pharos.reporter":"someone"}',
    },
    { service: "reviews", spanId: "0000000000000001", parentSpanId: SPAN.id, status: 0 },
  ]);
});

test.each([
  ["no list", {}, /version 2: /],
  ["more than anybody posts", Array(500_001).fill({}), /more than 500000 objects and lists/],
  ["nothing but mistakes", [SPAN, ...Array(100_000).fill({})], /\[1\]\.traceId: /],
  ["a span without an id", [SPAN, { ...SPAN, id: undefined }], /\[1\]\.id: /],
])("%s is refused, with where", (_, posted, message) => {
  expect(() => readZipkinSpans(bytes(posted))).toThrow(message);
});
