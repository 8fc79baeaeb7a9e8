import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";

/** One line of the waterfall. */
export interface WaterfallRow {
  readonly span: TraceSpan;
  readonly depth: number;
  /** Spans below it, however deep. */
  readonly descendants: number;
  readonly hasChildren: boolean;
  readonly isCollapsed: boolean;
  /** Its parent is in no recorded span: a proxy or app on the way did not report. */
  readonly isOrphan: boolean;
  /** Where it stands in the whole, 0 to 1. */
  readonly offset: number;
  readonly width: number;
  /** It seems to begin before its parent by so much: their hosts' clocks differ. 0 where it does not. */
  readonly skewMs: number;
  readonly isFailed: boolean;
  /** Errors in collapsed children show on the parent. */
  readonly hasErrorInside: boolean;
}

/** The spans as a tree in the order of their start, what is collapsed left out. A span whose parent is missing stands at the root; cycles are cut. */
export function buildWaterfall(trace: Trace, collapsed: ReadonlySet<string>): WaterfallRow[] {
  const children = groupByParent(trace.spans);
  const rows: WaterfallRow[] = [];
  const seen = new Set<string>();
  const { startMs, lengthMs } = extentOf(trace);
  const starts = new Map(trace.spans.map((span) => [span.spanId, span.startMs]));
  const visit = (
    span: TraceSpan,
    depth: number,
    isOrphan: boolean,
    isShown: boolean,
  ): { count: number; hasError: boolean } => {
    seen.add(span.spanId);
    const isCollapsed = collapsed.has(span.spanId);
    const at = rows.length;
    const below = (children.get(span.spanId) ?? []).filter(({ spanId }) => !seen.has(spanId));
    const row = {
      span,
      depth,
      isOrphan,
      isCollapsed,
      isFailed: isFailedSpan(span),
      skewMs: skewOf(span, starts.get(span.parentSpanId ?? "")),
      hasChildren: below.length > 0,
      offset: (span.startMs - startMs) / lengthMs,
      width: span.durationMs / lengthMs,
    };
    if (isShown) rows.push({ ...row, descendants: 0, hasErrorInside: false });
    const inside = below.map((child) => visit(child, depth + 1, false, isShown && !isCollapsed));
    const count = inside.reduce((sum, child) => sum + child.count, 0);
    const hasErrorInside = inside.some(({ hasError }) => hasError);
    if (isShown) rows[at] = { ...row, descendants: count, hasErrorInside };
    return { count: count + 1, hasError: hasErrorInside || row.isFailed };
  };
  const ids = new Set(trace.spans.map(({ spanId }) => spanId));
  const byStart = [...trace.spans].sort((a, b) => a.startMs - b.startMs);
  for (const span of byStart)
    if (span.parentSpanId === null || !ids.has(span.parentSpanId)) visit(span, 0, span.parentSpanId !== null, true);
  // What is left hangs in a cycle; it is shown all the same.
  for (const span of byStart) if (!seen.has(span.spanId)) visit(span, 0, true, true);
  return rows;
}

/** Microseconds get lost on the way; what is less than this says nothing of a clock. */
const SKEW_MS_MIN = 1;

function skewOf({ startMs }: TraceSpan, parentStartMs: number | undefined): number {
  const early = parentStartMs === undefined ? 0 : parentStartMs - startMs;
  return early < SKEW_MS_MIN ? 0 : early;
}

/** Start and length of a trace by its spans; never zero long. */
export function extentOf(trace: Trace): { readonly startMs: number; readonly lengthMs: number } {
  const startMs = Math.min(
    ...trace.spans.map((span) => span.startMs),
    trace.spans.length === 0 ? trace.startMs : Number.POSITIVE_INFINITY,
  );
  const endMs = Math.max(
    ...trace.spans.map((span) => span.startMs + span.durationMs),
    trace.spans.length === 0 ? trace.startMs + trace.durationMs : Number.NEGATIVE_INFINITY,
  );
  return { startMs, lengthMs: Math.max(endMs - startMs, 0.001) };
}

function groupByParent(spans: readonly TraceSpan[]): ReadonlyMap<string, readonly TraceSpan[]> {
  const children = new Map<string, TraceSpan[]>();
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    if (span.parentSpanId === null) continue;
    const siblings = children.get(span.parentSpanId);
    if (siblings === undefined) children.set(span.parentSpanId, [span]);
    else siblings.push(span);
  }
  return children;
}
