import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import type { TraceSpan } from "#core/telemetry/trace.ts";

/** A span among those around it. */
export interface SpanNode {
  readonly span: TraceSpan;
  readonly depth: number;
  /** Where its parent stands in the tree; undefined at the root. */
  readonly parent: number | undefined;
  /** Behind the last of all below it. */
  readonly end: number;
  /** Its parent is in no recorded span: a proxy or app on the way did not report. */
  readonly isOrphan: boolean;
  readonly isFailed: boolean;
  /** Something below it is. */
  readonly hasErrorInside: boolean;
}

type Building = { -readonly [K in keyof SpanNode]: SpanNode[K] };

/**
 * Spans with all below each behind it, siblings by start. One whose parent is missing stands at the root; rings are cut. However deep:
 * whoever reports spans says how they hang together.
 */
export function spanTree(spans: readonly TraceSpan[]): readonly SpanNode[] {
  const byStart = [...spans].sort((a, b) => a.startMs - b.startMs);
  const children = Map.groupBy(byStart, ({ parentSpanId }) => parentSpanId);
  const ids = new Set(byStart.map(({ spanId }) => spanId));
  const seen = new Set<TraceSpan>();
  const expanded = new Set<string>();
  const nodes: Building[] = [];
  const walk = (root: TraceSpan, isOrphan: boolean): void => {
    const waiting: { readonly span: TraceSpan; readonly parent: number | undefined }[] = [
      { span: root, parent: undefined },
    ];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { span, parent } = next;
      if (seen.has(span)) continue;
      seen.add(span);
      const index = nodes.push({
        span,
        depth: parent === undefined ? 0 : (nodes[parent]?.depth ?? 0) + 1,
        parent,
        end: nodes.length + 1,
        isOrphan: parent === undefined && isOrphan,
        isFailed: isFailedSpan(span),
        hasErrorInside: false,
      });
      // Both ends of a call may report under one id: what is below it is there once.
      if (expanded.has(span.spanId)) continue;
      expanded.add(span.spanId);
      for (const child of (children.get(span.spanId) ?? []).toReversed())
        waiting.push({ span: child, parent: index - 1 });
    }
  };
  for (const span of byStart)
    if (span.parentSpanId === null || !ids.has(span.parentSpanId)) walk(span, span.parentSpanId !== null);
  // What is left hangs in a ring; it is shown all the same.
  for (const span of byStart) if (!seen.has(span)) walk(span, true);
  for (const node of nodes.toReversed()) {
    const above = node.parent === undefined ? undefined : nodes[node.parent];
    if (above === undefined) continue;
    above.end = Math.max(above.end, node.end);
    above.hasErrorInside ||= node.isFailed || node.hasErrorInside;
  }
  return nodes;
}
