import { spanGroup } from "#core/telemetry/span-title.ts";
import type { TraceSpan } from "#core/telemetry/trace.ts";

/** What the shape of a trace is told by. */
export type ShapedSpan = Pick<TraceSpan, "spanId" | "parentSpanId" | "service" | "operation" | "attributes">;

const SEED = 0x811c9dc5;

/**
 * Equal for traces that went the same ways: the same operations of the same services under each other. How often each was gone counts
 * for nothing, and so does how long it took.
 */
export function traceShape(spans: readonly ShapedSpan[]): string {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const known = new Map<ShapedSpan, string>();
  for (const span of spans) {
    const chain: ShapedSpan[] = [];
    const walked = new Set<ShapedSpan>();
    let at: ShapedSpan | undefined = span;
    while (at !== undefined && !known.has(at) && !walked.has(at)) {
      walked.add(at);
      chain.push(at);
      at = at.parentSpanId === null ? undefined : byId.get(at.parentSpanId);
    }
    let way = (at === undefined ? undefined : known.get(at)) ?? "";
    for (const each of chain.toReversed()) {
      way = hash(`${way}\n${each.service}\n${spanGroup(each)}`);
      known.set(each, way);
    }
  }
  return hash([...new Set(known.values())].sort().join(" "));
}

/** FNV-1a twice, from two ends: what differs is told apart, and nothing hangs on it where it is not. */
function hash(text: string): string {
  let forward = SEED;
  let backward = SEED;
  for (let at = 0; at < text.length; at++) {
    forward = Math.imul(forward ^ text.charCodeAt(at), 0x01000193) >>> 0;
    backward = Math.imul(backward ^ text.charCodeAt(text.length - 1 - at), 0x01000193) >>> 0;
  }
  return forward.toString(16) + backward.toString(16).padStart(8, "0");
}
