import type { SpanNode } from "#core/telemetry/span-tree.ts";

/** Places of the spans right below one. */
export function* childrenOf(nodes: readonly SpanNode[], at: number): Generator<number> {
  const end = nodes[at]?.end ?? at;
  for (let child = at + 1; child < end; child = nodes[child]?.end ?? end) yield child;
}

/** By place, how long each span was at work itself: without what passed while something below it was, however many at once. */
export function selfTimes(nodes: readonly SpanNode[]): readonly number[] {
  return nodes.map(({ span: { startMs, durationMs } }, at) => {
    const endMs = startMs + durationMs;
    let covered = 0;
    // Siblings stand by start.
    let upToMs = startMs;
    for (const child of childrenOf(nodes, at)) {
      const below = nodes[child]?.span;
      if (below === undefined) continue;
      const fromMs = Math.max(below.startMs, upToMs);
      const toMs = Math.min(below.startMs + below.durationMs, endMs);
      if (toMs <= fromMs) continue;
      covered += toMs - fromMs;
      upToMs = toMs;
    }
    return Math.max(0, durationMs - covered);
  });
}
