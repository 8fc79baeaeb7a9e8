import { rootOfTrace } from "#core/telemetry/root-of-trace.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import type { Trace } from "#core/telemetry/trace.ts";
import { type ShapedSpan, traceShape } from "#core/telemetry/trace-shape.ts";
import type { SimilarTraces } from "#core/view/similar-traces.ts";
import type { SpanReader } from "#server/telemetry/ports/span-reader.ts";
import type { SpanOutline } from "#server/telemetry/ports/span-row.ts";
import { summarizeOutlines } from "#server/telemetry/query/assemble-trace.ts";

const HOUR_MS = 3_600_000;
const LOOKED_AT_MAX = 300;
const SHOWN_MAX = 50;

/** Looks at the traces that begin with the same operation in the hour before and the hour behind. */
export async function findSimilar(
  spans: Pick<SpanReader, "search">,
  trace: Trace,
  settledMs: number,
): Promise<SimilarTraces> {
  const root = rootOfTrace(trace.spans);
  if (root === undefined) return { traces: [], lookedAt: 0, medianMs: null };
  const found = await spans.search({
    service: root.service,
    // What was asked for, where the operation is only a route's name.
    operation: spanTitle(root) === root.operation ? root.operation : spanTitle(root).replace(/^\S+ /, ""),
    fromMs: trace.startMs - HOUR_MS,
    settledMs: Math.min(settledMs, trace.startMs + trace.durationMs + HOUR_MS),
    limit: LOOKED_AT_MAX,
  });
  const shape = traceShape(trace.spans);
  const others = [...Map.groupBy(found, ({ traceId }) => traceId)].filter(([traceId]) => traceId !== trace.traceId);
  const alike = others
    .filter(([, of]) => traceShape(of.map(shaped)) === shape)
    .map(([traceId, of]) => summarizeOutlines(traceId, of));
  const apart = ({ startMs }: { readonly startMs: number }): number => Math.abs(startMs - trace.startMs);
  const durations = alike.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  return {
    traces: alike.sort((a, b) => apart(a) - apart(b)).slice(0, SHOWN_MAX),
    lookedAt: others.length,
    medianMs: durations[Math.floor(durations.length / 2)] ?? null,
  };
}

function shaped({ name, attributes, ...span }: SpanOutline): ShapedSpan {
  return { ...span, operation: name, attributes: JSON.parse(attributes) as ShapedSpan["attributes"] };
}
