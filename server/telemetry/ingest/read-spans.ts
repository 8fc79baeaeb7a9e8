import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import type { ResourceSpans, Span } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import {
  firstAsJson,
  hex,
  readAttributes,
  readResource,
  TEXT_CHARS_MAX,
} from "#server/telemetry/ingest/read-attributes.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";

const KIND_MAX = 5;
const STATUS_ERROR = 2;

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
    const { service, text } = readResource(resource, from, whose);
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.flatMap((span) => readSpan(span, service, text, (scope?.name ?? "").slice(0, 256))),
    );
  });
}

function readSpan(span: Span, service: string, resource: string, scope: string): SpanRow[] {
  const { traceId, spanId, startTimeUnixNano: start, endTimeUnixNano: end } = span;
  if (!isId(traceId, 16) || !isId(spanId, 8) || end < start || start === 0n) return [];
  const attributes = readAttributes(span.attributes);
  const status = atMost(STATUS_ERROR, span.status?.code ?? 0);
  return [
    {
      startUs: start / 1000n,
      durationUs: (end - start) / 1000n,
      traceId: hex(traceId),
      spanId: hex(spanId),
      parentSpanId: isId(span.parentSpanId, 8) ? hex(span.parentSpanId) : null,
      service,
      name: span.name.slice(0, TEXT_CHARS_MAX),
      kind: atMost(KIND_MAX, span.kind),
      status,
      isError: isFailedSpan({ status: status === STATUS_ERROR ? "error" : "unset", attributes }),
      statusMessage: (span.status?.message ?? "").slice(0, TEXT_CHARS_MAX),
      attributes: JSON.stringify(attributes),
      resource,
      events: firstAsJson(span.events, (event) => ({
        atMs: Number(event.timeUnixNano / 1000n) / 1000,
        name: event.name.slice(0, TEXT_CHARS_MAX),
        attributes: readAttributes(event.attributes),
      })),
      links: firstAsJson(
        span.links.filter((link) => isId(link.traceId, 16) && isId(link.spanId, 8)),
        (link) => ({
          traceId: hex(link.traceId),
          spanId: hex(link.spanId),
          attributes: readAttributes(link.attributes),
        }),
      ),
      scope,
    },
  ];
}

/** One of zeros is none. */
function isId(bytes: Uint8Array, length: number): boolean {
  return bytes.length === length && bytes.some((byte) => byte !== 0);
}

/** Members of an enumeration that were not there when this was written, or never were, are "unspecified". */
function atMost(last: number, member: number): number {
  return member >= 0 && member <= last ? member : 0;
}
