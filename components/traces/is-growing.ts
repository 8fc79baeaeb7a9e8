import type { Trace } from "#core/telemetry/trace.ts";

const GROWS_MS = 20_000;

/** Of a trace that may still grow, when to ask again. */
export const GROWING_REFRESH_MS = 3000;

/** Spans of a request that ended just now may still be on their way, and what its proxies tell of it. */
export function isGrowing(trace: Pick<Trace, "startMs" | "durationMs"> | undefined, nowMs: number): boolean {
  return trace !== undefined && nowMs - trace.startMs - trace.durationMs < GROWS_MS;
}
