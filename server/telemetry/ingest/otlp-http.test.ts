import { gzipSync } from "node:zlib";
import { create, fromBinary, fromJsonString, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { compileRedaction, redactAlways } from "#core/telemetry/redact-headers.ts";
import {
  ExportTraceServiceRequestSchema,
  ExportTraceServiceResponseSchema,
} from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import { KeyValueSchema } from "#proto/gen/opentelemetry/proto/common/v1/common_pb.js";
import type { ResourceSpans } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { handleOtlp } from "#server/telemetry/ingest/otlp-http.ts";
import { type OtlpIngest, otlpIngest } from "#server/telemetry/ingest/otlp-ingest.ts";
import { OTLP_SIGNALS } from "#server/telemetry/ingest/otlp-signals.ts";
import { readSpans } from "#server/telemetry/ingest/read-spans.ts";
import { resourceSpansOf } from "#server/telemetry/testing/reports.ts";

const TRACES = OTLP_SIGNALS["/v1/traces"];
const UNUSED = () => Promise.reject(new Error("only spans were sent"));
const SPAN = {
  trace: "0af7651916cd43dd8448eb211c80319c",
  id: "b7ad6b7169203331",
  parent: "b7ad6b7169203332",
  service: "reviews",
  name: "GET",
  atMs: 1000,
  durationMs: 5,
};

function recorder() {
  const taken: ResourceSpans[] = [];
  const store: OtlpIngest = {
    async takeSpans(spans) {
      taken.push(...spans);
      return { rejected: 0, why: undefined };
    },
    takeLogs: UNUSED,
    takeMetrics: UNUSED,
  };
  return { taken, store };
}

const protobuf = toBinary(
  ExportTraceServiceRequestSchema,
  create(ExportTraceServiceRequestSchema, { resourceSpans: [resourceSpansOf(SPAN)] }),
);
const json = Buffer.from(
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "reviews" } }] },
        scopeSpans: [
          {
            scope: { name: "test" },
            spans: [
              {
                traceId: SPAN.trace,
                spanId: SPAN.id,
                parentSpanId: SPAN.parent,
                name: "GET",
                kind: 2,
                startTimeUnixNano: "1000000000",
                endTimeUnixNano: 1005000000,
                attributes: [{ key: "http.status_code", value: { intValue: "200" } }],
                events: [{ timeUnixNano: "1000000000", name: "started" }],
                status: {},
                someNewField: 1,
              },
            ],
          },
        ],
      },
    ],
  }),
);

test.each([
  ["protobuf", protobuf, "application/x-protobuf", ""],
  ["JSON, ids in hex", json, "application/json; charset=utf-8", ""],
  ["protobuf, compressed", gzipSync(protobuf), "application/x-protobuf", "gzip"],
  ["JSON, compressed", gzipSync(json), "application/json", "gzip"],
])("spans come as %s", async (_, body, contentType, contentEncoding) => {
  const { taken, store } = recorder();
  const answer = await handleOtlp(TRACES, store, { body, contentType, contentEncoding }, "application");
  expect(answer.status).toBe(200);
  expect(readSpans(taken, "application")).toMatchObject([
    { traceId: SPAN.trace, spanId: SPAN.id, parentSpanId: SPAN.parent, service: "reviews", durationUs: 5000n, kind: 2 },
  ]);
});

test.each([
  ["another content type", protobuf, "text/plain", "", 415],
  ["another compression", protobuf, "application/x-protobuf", "br", 400],
  ["bytes that are no request", Buffer.from([0xff, 0xff, 0xff]), "application/x-protobuf", "", 400],
  ["bytes that are not compressed as they say", protobuf, "application/x-protobuf", "gzip", 400],
  ["little that unpacks to much", gzipSync(Buffer.alloc(100_000_000)), "application/x-protobuf", "gzip", 413],
  ["text that is no JSON", Buffer.from("{"), "application/json", "", 400],
])("%s is refused", async (_, body, contentType, contentEncoding, status) => {
  const { taken, store } = recorder();
  const answer = await handleOtlp(TRACES, store, { body, contentType, contentEncoding }, "application");
  expect(answer.status).toBe(status);
  expect(taken).toEqual([]);
});

test.each([
  [
    "application/json",
    (body: Uint8Array) => fromJsonString(ExportTraceServiceResponseSchema, Buffer.from(body).toString()),
  ],
  ["application/x-protobuf", (body: Uint8Array) => fromBinary(ExportTraceServiceResponseSchema, body)],
])("what is too much is said as OTLP says it, and is not sent again: %s", async (contentType, read) => {
  const store = {
    takeSpans: async () => ({ rejected: 7, why: "too many spans" }),
    takeLogs: UNUSED,
    takeMetrics: UNUSED,
  };
  const body = contentType === "application/json" ? json : protobuf;
  const answer = await handleOtlp(TRACES, store, { body, contentType, contentEncoding: "" }, "application");
  expect(answer.status).toBe(200);
  expect(read(answer.body).partialSuccess).toMatchObject({ rejectedSpans: 7n, errorMessage: "too many spans" });
});

test("a store that cannot take spans has the sender try again", async () => {
  const store = {
    takeSpans: () => Promise.reject(new PharosError("exhausted", "the disk is full")),
    takeLogs: UNUSED,
    takeMetrics: UNUSED,
  };
  const answer = await handleOtlp(
    TRACES,
    store,
    { body: json, contentType: "application/json", contentEncoding: "" },
    "application",
  );
  expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
  expect(Buffer.from(answer.body).toString()).toContain("the disk is full");
});

test("a full disk is not said to be too many samples of one sender", async () => {
  const full = new PharosError("exhausted", "the disk is full", { hint: "free space" });
  const ingest = otlpIngest(
    { takeSpans: UNUSED, takeLogs: UNUSED, redaction: () => redactAlways },
    { take: () => Promise.reject(full) },
  );
  const sent = { body: Buffer.from("{}"), contentType: "application/json", contentEncoding: "" };
  const answer = await handleOtlp(OTLP_SIGNALS["/v1/metrics"], ingest, sent, "application");
  expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
});

test("who has handed over all that it may is told when to go on", async () => {
  const details = { retryAfterMs: 1200 };
  const store = {
    takeSpans: () => Promise.reject(new PharosError("exhausted", "too many spans", { details })),
    takeLogs: UNUSED,
    takeMetrics: UNUSED,
  };
  const answer = await handleOtlp(
    TRACES,
    store,
    { body: protobuf, contentType: "application/x-protobuf", contentEncoding: "" },
    "application",
  );
  expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "2" } });
});

test("a list of lists is JSON that grows with what it says alone", () => {
  let value: object = { stringValue: '"' };
  for (let depth = 0; depth < 40; depth += 1) value = { arrayValue: { values: [value] } };
  const sent = resourceSpansOf(SPAN);
  const attribute = fromJsonString(KeyValueSchema, JSON.stringify({ key: "deep", value }));
  for (const { spans } of sent.scopeSpans) for (const each of spans) each.attributes.push(attribute);
  const [span] = readSpans([sent], "someone");
  const { deep } = JSON.parse(span?.attributes ?? "{}") as { deep: string };
  expect(deep).toBe(`${"[".repeat(40)}"\\""${"]".repeat(40)}`);
});

test("what a header said is stored as far as it may be shown", () => {
  const sent = resourceSpansOf(SPAN);
  const said = [
    ["http.request.header.authorization", { stringValue: "xyz" }, "redacted"],
    ["http.response.header.x-key", { arrayValue: { values: [{ stringValue: "abc" }] } }, "redacted"],
    ["http.request.header.x-tenant", { stringValue: "acme" }, "acme"],
    // Whatever it is called: written as a credential, alone or in the list that the convention has.
    ["http.request.header.x-one", { stringValue: "Bearer abc" }, "redacted"],
    ["http.request.header.x-list", { arrayValue: { values: [{ stringValue: "Bearer abc" }] } }, "redacted"],
    [
      "http.response.header.www-authenticate",
      { arrayValue: { values: [{ stringValue: 'Basic realm="a"' }] } },
      JSON.stringify(['Basic realm="a"']),
    ],
    ["rpc.grpc.request.metadata.cookie", { stringValue: "a" }, "redacted"],
    // Tags that proxies make of headers, by the headers that they are marked with.
    ["@x-key@tenant", { stringValue: "abc" }, "redacted", "tenant"],
    ["@x-tenant@of", { stringValue: "acme" }, "acme", "of"],
    ["@:path x-key@both", { stringValue: "/a abc" }, "redacted", "both"],
    ["@:path@at", { stringValue: "/a?b=c" }, "/a?redacted", "at"],
    ["@*@any", { stringValue: "a" }, "redacted", "any"],
    ["authorization", { stringValue: "as the application has it" }, "as the application has it"],
  ] as const;
  for (const { spans } of sent.scopeSpans)
    for (const each of spans)
      for (const [key, value] of said)
        each.attributes.push(fromJsonString(KeyValueSchema, JSON.stringify({ key, value })));
  const [span] = readSpans([sent], "someone", compileRedaction(["x-key"]));
  expect(JSON.parse(span?.attributes ?? "")).toMatchObject(
    Object.fromEntries(said.map(([key, , told, name = key]) => [name, told])),
  );
});
