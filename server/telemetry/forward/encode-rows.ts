import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ExportLogsServiceRequestSchema } from "#proto/gen/opentelemetry/proto/collector/logs/v1/logs_service_pb.js";
import { ExportTraceServiceRequestSchema } from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import type { KeyValueSchema } from "#proto/gen/opentelemetry/proto/common/v1/common_pb.js";
import type { LogRecordSchema } from "#proto/gen/opentelemetry/proto/logs/v1/logs_pb.js";
import type { SpanSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import type { Attributes } from "#server/telemetry/ingest/read-attributes.ts";
import type { LogRow } from "#server/telemetry/ports/log-row.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";

/** A resource that has it was handed on before: what comes back is not handed on for ever. */
export const FORWARDED = "pharos.forwarded";

/** Stored spans as a request of OTLP. */
export function encodeSpans(rows: readonly SpanRow[]): Uint8Array {
  const resourceSpans = [...Map.groupBy(rows, ({ resource }) => resource)].map(([resource, of]) => ({
    resource: resourceOf(resource),
    scopeSpans: [...Map.groupBy(of, ({ scope }) => scope)].map(([name, spans]) => ({
      scope: { name },
      spans: spans.map(spanOf),
    })),
  }));
  return toBinary(ExportTraceServiceRequestSchema, create(ExportTraceServiceRequestSchema, { resourceSpans }));
}

/** The same of log records. */
export function encodeLogs(rows: readonly LogRow[]): Uint8Array {
  const resourceLogs = [...Map.groupBy(rows, ({ resource }) => resource)].map(([resource, of]) => ({
    resource: resourceOf(resource),
    scopeLogs: [{ logRecords: of.map(logOf) }],
  }));
  return toBinary(ExportLogsServiceRequestSchema, create(ExportLogsServiceRequestSchema, { resourceLogs }));
}

interface StoredEvent {
  readonly atMs: number;
  readonly name: string;
  readonly attributes: Attributes;
}

interface StoredLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

function spanOf(row: SpanRow): MessageInitShape<typeof SpanSchema> {
  const start = row.startUs * 1000n;
  return {
    traceId: hex(row.traceId),
    spanId: hex(row.spanId),
    ...(row.parentSpanId === null ? {} : { parentSpanId: hex(row.parentSpanId) }),
    name: row.name,
    kind: row.kind,
    startTimeUnixNano: start,
    endTimeUnixNano: start + row.durationUs * 1000n,
    attributes: pairsOf(JSON.parse(row.attributes) as Attributes),
    events: (JSON.parse(row.events) as StoredEvent[]).map(({ atMs, name, attributes }) => ({
      timeUnixNano: BigInt(Math.round(atMs * 1000)) * 1000n,
      name,
      attributes: pairsOf(attributes),
    })),
    links: (JSON.parse(row.links) as StoredLink[]).map(({ traceId, spanId, attributes }) => ({
      traceId: hex(traceId),
      spanId: hex(spanId),
      attributes: pairsOf(attributes),
    })),
    status: { code: row.status, message: row.statusMessage },
  };
}

function logOf(row: LogRow): MessageInitShape<typeof LogRecordSchema> {
  return {
    timeUnixNano: row.atUs * 1000n,
    severityNumber: row.severity,
    severityText: row.severityText,
    body: { value: { case: "stringValue", value: row.body } },
    attributes: pairsOf(JSON.parse(row.attributes) as Attributes),
    ...(row.traceId === null ? {} : { traceId: hex(row.traceId) }),
    ...(row.spanId === null ? {} : { spanId: hex(row.spanId) }),
  };
}

function resourceOf(text: string) {
  return { attributes: pairsOf({ ...(JSON.parse(text) as Attributes), [FORWARDED]: true }) };
}

function pairsOf(attributes: Attributes): MessageInitShape<typeof KeyValueSchema>[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: { value: anyOf(value) } }));
}

function anyOf(value: string | number | boolean) {
  if (typeof value === "string") return { case: "stringValue", value } as const;
  if (typeof value === "boolean") return { case: "boolValue", value } as const;
  if (Number.isSafeInteger(value)) return { case: "intValue", value: BigInt(value) } as const;
  return { case: "doubleValue", value } as const;
}

function hex(text: string): Uint8Array {
  return Buffer.from(text, "hex");
}
