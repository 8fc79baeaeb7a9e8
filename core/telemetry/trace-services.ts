import { selfTimes } from "#core/telemetry/self-times.ts";
import type { SpanNode } from "#core/telemetry/span-tree.ts";

/** What one service did in a trace. */
export interface TraceService {
  readonly service: string;
  readonly spans: number;
  readonly errors: number;
  /** Time in which it was at work itself; of spans at once, each one's. */
  readonly selfMs: number;
  readonly longestMs: number;
}

/** How one service called another in a trace. */
export interface TraceCall {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly errors: number;
  readonly totalMs: number;
  readonly longestMs: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Services by the time they took, most first. */
export function servicesOfTrace(nodes: readonly SpanNode[]): readonly TraceService[] {
  const selfs = selfTimes(nodes);
  const known = new Map<string, Mutable<TraceService>>();
  for (const [at, { span, isFailed }] of nodes.entries()) {
    const { service, durationMs } = span;
    const of = known.get(service) ?? { service, spans: 0, errors: 0, selfMs: 0, longestMs: 0 };
    known.set(service, of);
    of.spans += 1;
    of.errors += isFailed ? 1 : 0;
    of.selfMs += selfs[at] ?? 0;
    of.longestMs = Math.max(of.longestMs, durationMs);
  }
  return [...known.values()].sort((a, b) => b.selfMs - a.selfMs);
}

/** Calls between services, in the order in which they were first made. */
export function callsOfTrace(nodes: readonly SpanNode[]): readonly TraceCall[] {
  const known = new Map<string, Mutable<TraceCall>>();
  for (const { span, parent, isFailed } of nodes) {
    const from = parent === undefined ? undefined : nodes[parent]?.span.service;
    if (from === undefined || from === span.service) continue;
    const key = JSON.stringify([from, span.service]);
    const call = known.get(key) ?? { from, to: span.service, count: 0, errors: 0, totalMs: 0, longestMs: 0 };
    known.set(key, call);
    call.count += 1;
    call.errors += isFailed ? 1 : 0;
    call.totalMs += span.durationMs;
    call.longestMs = Math.max(call.longestMs, span.durationMs);
  }
  return [...known.values()];
}
