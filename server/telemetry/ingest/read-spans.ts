import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import type { AnyValue, KeyValue } from "#proto/gen/opentelemetry/proto/common/v1/common_pb.js";
import type { ResourceSpans, Span } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";

type Attributes = Record<string, string | number | boolean>;

const KIND_MAX = 5;
const STATUS_ERROR = 2;
/** Spans carry what their senders put in; this is as much as one may cost. */
const ATTRIBUTE_CHARS_MAX = 4096;
const ATTRIBUTES_MAX = 128;

/**
 * OTLP to rows. Spans without a proper id or with an end before their start are left out. `from` marks who sent them; `whose` takes the
 * place of what they say of their service.
 */
export function readSpans(
  resourceSpans: readonly ResourceSpans[],
  from: string,
  whose: Readonly<Record<string, string>> = {},
): SpanRow[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const about: Attributes = { ...readAttributes(resource?.attributes ?? []), ...whose, "pharos.reporter": from };
    const service =
      typeof about["service.name"] === "string" && about["service.name"] !== "" ? about["service.name"] : "unknown";
    const resourceText = JSON.stringify(about);
    return scopeSpans.flatMap(({ spans }) => spans.flatMap((span) => readSpan(span, service, resourceText)));
  });
}

function readSpan(span: Span, service: string, resource: string): SpanRow[] {
  const { traceId, spanId, startTimeUnixNano: start, endTimeUnixNano: end } = span;
  if (traceId.length !== 16 || spanId.length !== 8 || end < start || start === 0n) return [];
  const attributes = readAttributes(span.attributes);
  const status = atMost(STATUS_ERROR, span.status?.code ?? 0);
  return [
    {
      startUs: start / 1000n,
      durationUs: (end - start) / 1000n,
      traceId: hex(traceId),
      spanId: hex(spanId),
      parentSpanId:
        span.parentSpanId.length === 8 && span.parentSpanId.some((byte) => byte !== 0) ? hex(span.parentSpanId) : null,
      service,
      name: span.name.slice(0, ATTRIBUTE_CHARS_MAX),
      kind: atMost(KIND_MAX, span.kind),
      status,
      isError: isFailedSpan({ status: status === STATUS_ERROR ? "error" : "unset", attributes }),
      statusMessage: (span.status?.message ?? "").slice(0, ATTRIBUTE_CHARS_MAX),
      attributes: JSON.stringify(attributes),
      resource,
      events: JSON.stringify(
        span.events.slice(0, ATTRIBUTES_MAX).map((event) => ({
          atMs: Number(event.timeUnixNano / 1000n) / 1000,
          name: event.name.slice(0, ATTRIBUTE_CHARS_MAX),
          attributes: readAttributes(event.attributes),
        })),
      ),
    },
  ];
}

/** Members of an enumeration that were not there when this was written, or never were, are "unspecified". */
function atMost(last: number, member: number): number {
  return member >= 0 && member <= last ? member : 0;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function readAttributes(pairs: readonly KeyValue[]): Attributes {
  const attributes: Attributes = {};
  for (const { key, value } of pairs.slice(0, ATTRIBUTES_MAX)) {
    const read = value === undefined ? undefined : readValue(value);
    if (read !== undefined)
      attributes[key.slice(0, 256)] = typeof read === "string" ? read.slice(0, ATTRIBUTE_CHARS_MAX) : read;
  }
  return attributes;
}

/** Lists and maps, which are rare, become JSON text. */
function readValue({ value }: AnyValue): string | number | boolean | undefined {
  switch (value.case) {
    case "stringValue":
    case "boolValue":
    case "doubleValue":
      return value.value;
    case "intValue":
      return Number(value.value);
    case "bytesValue":
      return Buffer.from(value.value).toString("base64");
    case "arrayValue":
      return JSON.stringify(value.value.values.map((each) => readValue(each) ?? null));
    case "kvlistValue":
      return JSON.stringify(readAttributes(value.value.values));
    case undefined:
      return undefined;
  }
}
