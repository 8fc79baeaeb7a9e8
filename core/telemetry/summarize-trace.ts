import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import { rootOfTrace } from "#core/telemetry/root-of-trace.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import type { Trace, TraceSpan, TraceSummary } from "#core/telemetry/trace.ts";

/** What of a span goes into the summary of its trace. */
export interface SummarizedSpan extends Pick<TraceSpan, "spanId" | "parentSpanId" | "service"> {
  readonly isFailed: boolean;
  /** Asked of the root alone. */
  readonly title: () => string;
}

/** A trace in a list, of its spans by start. */
export function summarizeSpans(
  trace: Pick<Trace, "traceId" | "startMs" | "durationMs">,
  spans: readonly SummarizedSpan[],
): TraceSummary {
  const root = rootOfTrace(spans);
  return {
    traceId: trace.traceId,
    startMs: trace.startMs,
    durationMs: trace.durationMs,
    rootService: root?.service ?? "unknown",
    rootOperation: root?.title() ?? "unknown",
    spanCount: spans.length,
    errorCount: spans.filter(({ isFailed }) => isFailed).length,
    // Not by adding to an object's members: a service may be called as one that every object has.
    services: Object.fromEntries(
      Array.from(
        Map.groupBy(spans, ({ service }) => service),
        ([name, of]) => [name, of.length],
      ),
    ),
  };
}

export function summarizeTrace(trace: Trace): TraceSummary {
  return summarizeSpans(
    trace,
    trace.spans.map((span) => ({
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      service: span.service,
      isFailed: isFailedSpan(span),
      title: () => spanTitle(span),
    })),
  );
}
