import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { z } from "zod";
import type { WorkloadLabel } from "#core/model/workload-label.ts";
import type { KeyValueSchema } from "#proto/gen/opentelemetry/proto/common/v1/common_pb.js";
import {
  ResourceSpansSchema,
  Span_SpanKind,
  type SpanSchema,
  Status_StatusCode,
} from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";

/** What is read of a span in Zipkin's JSON, version 2 (POST /api/v2/spans); microseconds. */
const ZipkinSpan = z.object({
  traceId: z.string().regex(/^[0-9a-f]{1,32}$/i),
  id: z.string().regex(/^[0-9a-f]{1,16}$/i),
  parentId: z
    .string()
    .regex(/^[0-9a-f]{1,16}$/i)
    .optional(),
  kind: z.string().optional(),
  name: z.string().optional(),
  timestamp: z.number().int().positive(),
  duration: z.number().int().nonnegative().optional(),
  tags: z.record(z.string(), z.string()).optional(),
});
type ZipkinSpan = z.infer<typeof ZipkinSpan>;

const ZipkinSpans = z.array(ZipkinSpan);

const KINDS: Readonly<Record<string, Span_SpanKind>> = {
  CLIENT: Span_SpanKind.CLIENT,
  SERVER: Span_SpanKind.SERVER,
  PRODUCER: Span_SpanKind.PRODUCER,
  CONSUMER: Span_SpanKind.CONSUMER,
};

type Attribute = MessageInitShape<typeof KeyValueSchema>;

const text = (key: string, value: string): Attribute => ({ key, value: { value: { case: "stringValue", value } } });

/**
 * Spans as Envoy's Zipkin tracer posts them → a serialized `opentelemetry.proto.trace.v1.ResourceSpans` of the workload
 * beside which the Envoy runs; undefined where there are none. Ids of 64 bits are padded to OpenTelemetry's lengths.
 * Throws SyntaxError or ZodError when `json` is not Zipkin's.
 */
export function readZipkin(json: string, workload: WorkloadLabel): Uint8Array | undefined {
  const spans = ZipkinSpans.parse(JSON.parse(json));
  if (spans.length === 0) return undefined;
  return toBinary(
    ResourceSpansSchema,
    create(ResourceSpansSchema, {
      resource: {
        attributes: [
          text("service.name", `${workload.app}.${workload.namespace}`),
          text("service.version", workload.version),
          text("istio.canonical_service", workload.app),
          text("istio.canonical_revision", workload.version),
          text("istio.namespace", workload.namespace),
        ],
      },
      scopeSpans: [{ scope: { name: "envoy" }, spans: spans.map(toSpan) }],
    }),
  );
}

function toSpan(span: ZipkinSpan): MessageInitShape<typeof SpanSchema> {
  const start = BigInt(span.timestamp) * 1000n;
  const { error, ...tags } = span.tags ?? {};
  return {
    traceId: bytes(span.traceId, 16),
    spanId: bytes(span.id, 8),
    ...(span.parentId === undefined ? {} : { parentSpanId: bytes(span.parentId, 8) }),
    name: span.name ?? "",
    kind: KINDS[span.kind ?? ""] ?? Span_SpanKind.INTERNAL,
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(span.duration ?? 0) * 1000n,
    attributes: Object.entries(tags).map(([key, value]) => text(key, value)),
    ...(error === undefined || error === "false" ? {} : { status: { code: Status_StatusCode.ERROR } }),
  };
}

function bytes(hex: string, length: number): Uint8Array {
  return Buffer.from(hex.padStart(length * 2, "0"), "hex");
}
