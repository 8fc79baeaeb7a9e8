import { isFailedSpan, isMarkedFailed } from "#core/telemetry/is-failed-span.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import { SPAN_KINDS, SPAN_STATUSES, type Trace, type TraceSpan, type TraceSummary } from "#core/telemetry/trace.ts";
import { CHARS_OF_ONE_MAX, SPANS_OF_ONE_MAX } from "#server/telemetry/ports/span-reader.ts";
import type { SpanOutline, StoredSpan } from "#server/telemetry/ports/span-row.ts";

/** No span carries as much: where one more would not have fitted, something may be left out. */
const CHARS_OF_SPAN = 256 * 1024;

/** Spans by start; what was sent twice is there once. A span whose parent never came still names it. */
export function assembleTrace(traceId: string, spans: readonly StoredSpan[]): Trace {
  const known = unique(spans);
  const { startMs, durationMs } = extentOf(known);
  const resources = readResources(spans);
  const reporterOf = ({ resource }: StoredSpan): unknown => resources.get(resource)?.["pharos.reporter"];
  const isCut = [...Map.groupBy(spans, reporterOf).values()].some(
    (of) =>
      of.length >= SPANS_OF_ONE_MAX || of.reduce((sum, each) => sum + carried(each), CHARS_OF_SPAN) > CHARS_OF_ONE_MAX,
  );
  return {
    traceId,
    startMs,
    durationMs,
    spans: known.map((span) => toSpan(span, resources)),
    ...(isCut ? { isCut: true } : {}),
  };
}

/** As the store counts it. */
function carried({ attributes, events, links, resource }: StoredSpan): number {
  return attributes.length + events.length + links.length + resource.length;
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

export function summarizeTrace(traceId: string, spans: readonly SpanOutline[]): TraceSummary {
  const known = unique(spans);
  const root = rootOf(known);
  return {
    traceId,
    ...extentOf(known),
    rootService: root?.service ?? "unknown",
    rootOperation: root === undefined ? "unknown" : titleOf(root),
    spanCount: known.length,
    errorCount: known.filter(({ isError }) => isError).length,
    services: countServices(known),
  };
}

/** The same of a trace that was read whole. */
export function summarizeWhole({ traceId, startMs, durationMs, spans }: Trace): TraceSummary {
  const root = rootOf(spans);
  return {
    traceId,
    startMs,
    durationMs,
    rootService: root?.service ?? "unknown",
    rootOperation: root === undefined ? "unknown" : spanTitle(root),
    spanCount: spans.length,
    errorCount: spans.filter(isFailedSpan).length,
    services: countServices(spans),
  };
}

/** The first that no other called; of a ring, the first. */
function rootOf<T extends Pick<TraceSpan, "spanId" | "parentSpanId">>(spans: readonly T[]): T | undefined {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.find(({ parentSpanId }) => parentSpanId === null || !ids.has(parentSpanId)) ?? spans[0];
}

function countServices(spans: readonly Pick<TraceSpan, "service">[]): Record<string, number> {
  // Not by adding to an object's members: a service may be called as one that every object has.
  return Object.fromEntries(
    Array.from(
      Map.groupBy(spans, ({ service }) => service),
      ([name, of]) => [name, of.length],
    ),
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

function extentOf(spans: readonly SpanOutline[]): { readonly startMs: number; readonly durationMs: number } {
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    startMs = Math.min(startMs, span.startMs);
    endMs = Math.max(endMs, span.startMs + span.durationMs);
  }
  return spans.length === 0 ? { startMs: 0, durationMs: 0 } : { startMs, durationMs: endMs - startMs };
}
