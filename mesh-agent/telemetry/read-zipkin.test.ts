import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { readZipkin } from "#mesh-agent/telemetry/read-zipkin.ts";
import { type ResourceSpans, ResourceSpansSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { fc, seed } from "#testing/fc.ts";

const REVIEWS = { workload: "reviews-v1", namespace: "default", app: "reviews", version: "v1" };

const SPAN = {
  traceId: "463ac35c9f6413ad48485a3953bb6124",
  id: "a2fb4a1d1a96d312",
  parentId: "0020000000000001",
  kind: "SERVER",
  name: "reviews.default.svc.cluster.local:9080/*",
  timestamp: 1_472_470_996_199_000,
  duration: 207_000,
  tags: { "http.status_code": "200" },
};

function read(...spans: readonly object[]): ResourceSpans | undefined {
  const bytes = readZipkin(JSON.stringify(spans), REVIEWS);
  return bytes === undefined ? undefined : fromBinary(ResourceSpansSchema, bytes);
}

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");
const spansOf = (read: ResourceSpans | undefined) => read?.scopeSpans.flatMap(({ spans }) => spans) ?? [];

test("ids, times, kind and tags of a span, under the workload's name", () => {
  const made = read(SPAN);
  expect(made?.resource?.attributes).toContainEqual(
    expect.objectContaining({
      key: "service.name",
      value: expect.objectContaining({ value: { case: "stringValue", value: "reviews.default" } }),
    }),
  );
  const [span] = spansOf(made);
  expect([hex(span?.traceId), hex(span?.spanId), hex(span?.parentSpanId)]).toEqual([
    SPAN.traceId,
    SPAN.id,
    SPAN.parentId,
  ]);
  expect(span).toMatchObject({
    name: SPAN.name,
    kind: 2,
    startTimeUnixNano: 1_472_470_996_199_000_000n,
    endTimeUnixNano: 1_472_470_996_406_000_000n,
  });
  expect(span?.attributes.map(({ key, value }) => [key, value?.value.value])).toEqual([["http.status_code", "200"]]);
  expect(span?.status).toBeUndefined();
});

test("short ids are padded, and a root has no parent", () => {
  const { parentId: _, ...root } = SPAN;
  const [span] = spansOf(read({ ...root, traceId: "48485a3953bb6124", id: "1" }));
  expect([hex(span?.traceId), hex(span?.spanId), hex(span?.parentSpanId)]).toEqual([
    "000000000000000048485a3953bb6124",
    "0000000000000001",
    "",
  ]);
});

test("an error is the span's status, not one tag among others", () => {
  const [failed] = spansOf(read({ ...SPAN, tags: { error: "true", "http.status_code": "503" } }));
  expect(failed?.status?.code).toBe(2);
  expect(failed?.attributes.map(({ key }) => key)).toEqual(["http.status_code"]);
  const [fine] = spansOf(read({ ...SPAN, tags: { error: "false" } }));
  expect(fine?.status).toBeUndefined();
});

test.each(["valueOf", "__proto__", "client", ""])("a kind %j that Zipkin does not know is none", (kind) => {
  expect(spansOf(read({ ...SPAN, kind }))[0]?.kind).toBe(1);
});

test.each([
  ["no JSON", "{"],
  ["no list", "{}"],
  ["an id that is none", JSON.stringify([{ ...SPAN, id: "zz" }])],
  ["an id that is too long", JSON.stringify([{ ...SPAN, traceId: "0".repeat(33) }])],
  ["no time", JSON.stringify([{ ...SPAN, timestamp: undefined }])],
  ["a time before time", JSON.stringify([{ ...SPAN, timestamp: -1 }])],
])("%s is refused", (_, json) => {
  expect(() => readZipkin(json, REVIEWS)).toThrow();
});

test("nothing is nothing", () => {
  expect(read()).toBeUndefined();
});

test(`what is no span of Zipkin's is refused as such, and what is can be encoded (FUZZ_SEED=${seed})`, () => {
  const value = fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.maxSafeInteger(), fc.jsonValue());
  const span = fc
    .dictionary(fc.constantFrom(...Object.keys(SPAN)), value, { maxKeys: 4 })
    .map((some) => JSON.stringify([{ ...SPAN, ...some }]));
  fc.assert(
    fc.property(fc.oneof(span, fc.json(), fc.string()), (text) => {
      try {
        readZipkin(text, REVIEWS);
      } catch (error) {
        expect(["SyntaxError", "ZodError", "$ZodError"]).toContain((error as Error).name);
      }
    }),
    { seed, numRuns: 500 },
  );
});
