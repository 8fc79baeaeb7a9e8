import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import { type Redact, redactAlways } from "#core/telemetry/redact-headers.ts";
import type { ResourceSpans, Span } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import {
  firstAsJson,
  readAttributes,
  readId,
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
  redact: Redact = redactAlways,
  whose: Readonly<Record<string, string>> = {},
): SpanRow[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const { service, text } = readResource(resource, from, redact, whose);
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.flatMap((span) =>
        readSpan(span, { service, resource: text, scope: (scope?.name ?? "").slice(0, 256), redact }),
      ),
    );
  });
}

interface OfSpan {
  readonly service: string;
  readonly resource: string;
  readonly scope: string;
  readonly redact: Redact;
}

function readSpan(span: Span, { service, resource, scope, redact }: OfSpan): SpanRow[] {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  const traceId = readId(span.traceId, 16);
  const spanId = readId(span.spanId, 8);
  if (traceId === null || spanId === null || end < start || start === 0n) return [];
  const attributes = readAttributes(span.attributes, redact);
  const status = atMost(STATUS_ERROR, span.status?.code ?? 0);
  return [
    {
      startUs: start / 1000n,
      durationUs: (end - start) / 1000n,
      traceId,
      spanId,
      parentSpanId: readId(span.parentSpanId, 8),
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
        attributes: readAttributes(event.attributes, redact),
      })),
      links: firstAsJson(
        span.links.filter((link) => readId(link.traceId, 16) !== null && readId(link.spanId, 8) !== null),
        (link) => ({
          traceId: readId(link.traceId, 16),
          spanId: readId(link.spanId, 8),
          attributes: readAttributes(link.attributes, redact),
        }),
      ),
      scope,
    },
  ];
}

/** Members of an enumeration that were not there when this was written, or never were, are "unspecified". */
function atMost(last: number, member: number): number {
  return member >= 0 && member <= last ? member : 0;
}
