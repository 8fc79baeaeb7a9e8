import type { TraceSpan } from "#core/telemetry/trace.ts";

/** The first span that no other called; of a ring, the first. Spans by start; undefined where there are none. */
export function rootOfTrace<T extends Pick<TraceSpan, "spanId" | "parentSpanId">>(spans: readonly T[]): T | undefined {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.find(({ parentSpanId }) => parentSpanId === null || !ids.has(parentSpanId)) ?? spans[0];
}
