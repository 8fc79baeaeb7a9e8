import type { TraceSpan } from "#core/telemetry/trace.ts";

/** From the first start to the last end; of none, nothing. */
export function extentOfSpans(spans: readonly Pick<TraceSpan, "startMs" | "durationMs">[]): {
  readonly startMs: number;
  readonly durationMs: number;
} {
  if (spans.length === 0) return { startMs: 0, durationMs: 0 };
  // Not as arguments of one call, which a large trace has too many spans for.
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    startMs = Math.min(startMs, span.startMs);
    endMs = Math.max(endMs, span.startMs + span.durationMs);
  }
  return { startMs, durationMs: endMs - startMs };
}
