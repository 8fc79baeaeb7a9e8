import { rootOfTrace } from "#core/telemetry/root-of-trace.ts";
import { childrenOf } from "#core/telemetry/self-times.ts";
import type { SpanNode } from "#core/telemetry/span-tree.ts";

/** A time in which the whole trace waits for one span: shorter here is shorter in all. */
export interface CriticalStep {
  /** The span's place in the tree. */
  readonly at: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * From the root's end back to its start: what ended last below a span is what it waited for. Steps follow each other without gaps
 * and without overlaps, and come to the root's duration together.
 */
export function criticalPath(nodes: readonly SpanNode[]): readonly CriticalStep[] {
  const byStart = nodes.map(({ span }) => span).sort((a, b) => a.startMs - b.startMs);
  const root = rootOfTrace(byStart);
  const rootAt = nodes.findIndex(({ span }) => span === root);
  if (root === undefined) return [];
  const steps: CriticalStep[] = [];
  const add = (at: number, fromMs: number, toMs: number): void => {
    if (toMs > fromMs) steps.push({ at, fromMs, toMs });
  };
  const waiting = [{ at: rootAt, fromMs: root.startMs, toMs: root.startMs + root.durationMs }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { at, fromMs } = next;
    const below = [...childrenOf(nodes, at)]
      .flatMap((child) => {
        const span = nodes[child]?.span;
        return span === undefined ? [] : [{ child, startMs: span.startMs, endMs: span.startMs + span.durationMs }];
      })
      .sort((a, b) => b.endMs - a.endMs);
    let upToMs = next.toMs;
    for (const { child, startMs, endMs } of below) {
      if (upToMs <= fromMs) break;
      const toMs = Math.min(endMs, upToMs);
      const beginMs = Math.max(startMs, fromMs);
      if (toMs <= beginMs) continue;
      add(at, toMs, upToMs);
      waiting.push({ at: child, fromMs: beginMs, toMs });
      upToMs = beginMs;
    }
    add(at, fromMs, upToMs);
  }
  return steps.sort((a, b) => a.fromMs - b.fromMs);
}
