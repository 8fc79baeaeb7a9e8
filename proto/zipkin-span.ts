import type { MessageInitShape } from "@bufbuild/protobuf";
import { z } from "zod";
import type { KeyValueSchema } from "#proto/gen/opentelemetry/proto/common/v1/common_pb.js";
import { Span_SpanKind, type SpanSchema, Status_StatusCode } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";

const Endpoint = z.object({
  serviceName: z.string().nullish(),
  ipv4: z.string().nullish(),
  ipv6: z.string().nullish(),
});

/** What is read of a span in Zipkin's JSON, version 2 (POST /api/v2/spans); microseconds. */
const ZipkinSpan = z.object({
  traceId: z.string().regex(/^[0-9a-f]{1,32}$/i),
  id: z.string().regex(/^[0-9a-f]{1,16}$/i),
  parentId: z
    .string()
    .regex(/^[0-9a-f]{1,16}$/i)
    .nullish(),
  kind: z.string().nullish(),
  name: z.string().nullish(),
  timestamp: z.number().int().positive(),
  duration: z.number().int().nonnegative().nullish(),
  localEndpoint: Endpoint.nullish(),
  annotations: z.array(z.object({ timestamp: z.number().int().positive(), value: z.string() })).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
});
export type ZipkinSpan = z.infer<typeof ZipkinSpan>;

const KINDS: ReadonlyMap<string, Span_SpanKind> = new Map([
  ["CLIENT", Span_SpanKind.CLIENT],
  ["SERVER", Span_SpanKind.SERVER],
  ["PRODUCER", Span_SpanKind.PRODUCER],
  ["CONSUMER", Span_SpanKind.CONSUMER],
]);

type Attribute = MessageInitShape<typeof KeyValueSchema>;

export const textAttribute = (key: string, value: string): Attribute => ({
  key,
  value: { value: { case: "stringValue", value } },
});

/** Throws SyntaxError or ZodError when `json` is not Zipkin's. */
export function parseZipkin(json: string): readonly ZipkinSpan[] {
  const all: unknown = JSON.parse(json);
  if (!Array.isArray(all))
    throw new z.ZodError([{ code: "invalid_type", expected: "array", path: [], message: "is no list" }]);
  return all.map((each: unknown, index) => {
    const read = ZipkinSpan.safeParse(each);
    if (read.success) return read.data;
    // The first that is wrong is enough: all of them could be far more than what was posted.
    throw new z.ZodError(read.error.issues.map((issue) => ({ ...issue, path: [index, ...issue.path] })));
  });
}

/** A span of Zipkin's as OpenTelemetry's. Ids of 64 bits are padded to its lengths; an error is the status, not one tag among others. */
export function spanOfZipkin(span: ZipkinSpan): MessageInitShape<typeof SpanSchema> {
  const start = BigInt(span.timestamp) * 1000n;
  const { error, ...tags } = span.tags ?? {};
  const isFailed = error !== undefined && error !== "false";
  return {
    traceId: bytes(span.traceId, 16),
    spanId: bytes(span.id, 8),
    ...(span.parentId == null ? {} : { parentSpanId: bytes(span.parentId, 8) }),
    name: span.name ?? "",
    kind: KINDS.get(span.kind ?? "") ?? Span_SpanKind.INTERNAL,
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(span.duration ?? 0) * 1000n,
    attributes: Object.entries(tags).map(([key, value]) => textAttribute(key, value)),
    events: (span.annotations ?? []).map(({ timestamp, value }) => ({
      timeUnixNano: BigInt(timestamp) * 1000n,
      name: value,
    })),
    ...(isFailed
      ? { status: { code: Status_StatusCode.ERROR, message: error === "true" || error === undefined ? "" : error } }
      : {}),
  };
}

function bytes(hex: string, length: number): Uint8Array {
  return Buffer.from(hex.padStart(length * 2, "0"), "hex");
}
