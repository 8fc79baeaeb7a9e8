import { extentOfSpans } from "#core/telemetry/extent-of-spans.ts";
import { isMarkedFailed } from "#core/telemetry/is-failed-span.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import { summarizeSpans } from "#core/telemetry/summarize-trace.ts";
import { SPAN_KINDS, SPAN_STATUSES, type Trace, type TraceSpan, type TraceSummary } from "#core/telemetry/trace.ts";
import type { SpanOutline, StoredSpan } from "#server/telemetry/ports/span-row.ts";

/** Spans by start; what was sent twice is there once. A span whose parent never came still names it. */
export function assembleTrace(traceId: string, spans: readonly StoredSpan[]): Trace {
  const known = unique(spans);
  const { startMs, durationMs } = extentOfSpans(known);
  const resources = readResources(spans);
  const isCut = spans.some(({ ofTrace }) => ofTrace > spans.length);
  return {
    traceId,
    startMs,
    durationMs,
    spans: known.map((span) => toSpan(span, resources)),
    ...(isCut ? { isCut: true } : {}),
  };
}

type Resources = ReadonlyMap<string, TraceSpan["resource"]>;

/** By their text: of thousands of spans a few. */
function readResources(spans: readonly StoredSpan[]): Resources {
  const texts = new Set(spans.map(({ resource }) => resource));
  return new Map(Array.from(texts, (text) => [text, JSON.parse(text) as TraceSpan["resource"]]));
}

function toSpan(span: StoredSpan, resources: Resources): TraceSpan {
  const attributes = JSON.parse(span.attributes) as TraceSpan["attributes"];
  const status = SPAN_STATUSES[span.status] ?? "unset";
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId === span.spanId ? null : span.parentSpanId,
    service: span.service,
    operation: span.name,
    kind: SPAN_KINDS[span.kind] ?? "unspecified",
    startMs: span.startMs,
    durationMs: span.durationMs,
    status: isMarkedFailed({ status, attributes }) ? "error" : status,
    statusMessage: span.statusMessage,
    attributes,
    resource: resources.get(span.resource) ?? {},
    events: JSON.parse(span.events) as TraceSpan["events"],
  };
}

export function summarizeOutlines(traceId: string, spans: readonly SpanOutline[]): TraceSummary {
  const known = unique(spans);
  return summarizeSpans(
    { traceId, ...extentOfSpans(known) },
    known.map((span) => ({
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      service: span.service,
      isFailed: span.isError,
      title: () => titleOf(span),
    })),
  );
}

function titleOf({ name, attributes }: SpanOutline): string {
  return spanTitle({ operation: name, attributes: JSON.parse(attributes) as TraceSpan["attributes"] });
}

function unique<T extends SpanOutline & { readonly kind?: number }>(spans: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const span of spans) byId.set(`${span.spanId} ${span.service}`, span);
  return [...byId.values()].sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
}
