import { toOtlp } from "#core/telemetry/otlp-trace.ts";
import { rootOfTrace } from "#core/telemetry/root-of-trace.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import type { TraceSpan } from "#core/telemetry/trace.ts";
import { attributeOf } from "#core/traceql/evaluate-traceql.ts";
import type { Field, TraceQl } from "#core/traceql/query.ts";
import type { FoundTrace } from "#server/telemetry/query/trace-lookup.ts";

/** A trace in a list of Tempo's: its root, and the first of the spans that were asked for with what was selected of them. */
export function renderFound({ stages }: TraceQl, { trace, spans }: FoundTrace, spansMax: number) {
  const root = rootOfTrace(trace.spans);
  const fields = stages.flatMap((stage) => (stage.kind === "select" ? stage.fields : []));
  const spanSet = {
    spans: spans.slice(0, spansMax).map((span) => ({
      spanID: span.spanId,
      name: span.operation,
      startTimeUnixNano: `${Math.round(span.startMs * 1000)}000`,
      durationNanos: `${Math.round(span.durationMs * 1000)}000`,
      attributes: selected(fields, span),
    })),
    matched: spans.length,
  };
  return {
    traceID: trace.traceId,
    rootServiceName: root?.service ?? "",
    rootTraceName: root === undefined ? "" : spanTitle(root),
    startTimeUnixNano: `${Math.round(trace.startMs * 1000)}000`,
    durationMs: Math.round(trace.durationMs),
    spanSet,
    spanSets: [spanSet],
  };
}

function selected(fields: readonly Field[], span: TraceSpan) {
  const chosen: Record<string, string | number | boolean> = {};
  for (const field of fields) {
    if (field.kind === "intrinsic") {
      if (field.name === "status" || field.name === "kind" || field.name === "service")
        chosen[field.name] = span[field.name];
      continue;
    }
    const value = attributeOf(field, span);
    if (value !== undefined) chosen[field.name] = value;
  }
  const [about] = toOtlp({
    traceId: "",
    startMs: 0,
    durationMs: 0,
    spans: [{ ...span, attributes: chosen }],
  }).resourceSpans;
  return about?.scopeSpans[0]?.spans[0]?.attributes ?? [];
}
