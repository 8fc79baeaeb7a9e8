import { extentOfSpans } from "#core/telemetry/extent-of-spans.ts";
import { type SpanNode, spanTree } from "#core/telemetry/span-tree.ts";
import type { Trace, TraceSpan } from "#core/telemetry/trace.ts";

/** One line of the waterfall. */
export interface WaterfallRow extends Pick<SpanNode, "span" | "depth" | "isOrphan" | "isFailed" | "hasErrorInside"> {
  /** Its place in the tree, whatever is collapsed. */
  readonly key: number;
  /** Spans below it, however deep. */
  readonly descendants: number;
  readonly hasChildren: boolean;
  readonly isCollapsed: boolean;
  /** Where it stands in the whole, 0 to 1. */
  readonly offset: number;
  readonly width: number;
  /** It seems to begin before its parent by so much: their hosts' clocks differ. 0 where it does not. */
  readonly skewMs: number;
}

/** The spans as a tree in the order of their start, what is collapsed left out. */
export function buildWaterfall(trace: Trace, collapsed: ReadonlySet<string>): WaterfallRow[] {
  return rowsOf(spanTree(trace.spans), extentOf(trace), collapsed);
}

/** The same of a tree that is there already. */
export function rowsOf(
  nodes: readonly SpanNode[],
  { startMs, lengthMs }: { readonly startMs: number; readonly lengthMs: number },
  collapsed: ReadonlySet<string>,
): WaterfallRow[] {
  const rows: WaterfallRow[] = [];
  for (let at = 0; at < nodes.length; ) {
    const node = nodes[at];
    if (node === undefined) break;
    const { span, depth, isOrphan, isFailed, hasErrorInside } = node;
    const isCollapsed = collapsed.has(span.spanId);
    const descendants = node.end - at - 1;
    rows.push({
      key: at,
      ...{ span, depth, isOrphan, isFailed, hasErrorInside, isCollapsed, descendants },
      hasChildren: descendants > 0,
      skewMs: skewOf(span, node.parent === undefined ? undefined : nodes[node.parent]?.span.startMs),
      offset: (span.startMs - startMs) / lengthMs,
      width: span.durationMs / lengthMs,
    });
    at = isCollapsed ? node.end : at + 1;
  }
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
  const { startMs, durationMs } = trace.spans.length === 0 ? trace : extentOfSpans(trace.spans);
  return { startMs, lengthMs: Math.max(durationMs, 0.001) };
}
