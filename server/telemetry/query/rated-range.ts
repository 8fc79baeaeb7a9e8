import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import type { TimeRange } from "#server/services/dependencies.ts";

export interface RatedRange extends TimeRange {
  /** What counts of it are divided by: a rate is not thinned by time before there was a mesh. */
  readonly seconds: number;
}

export interface MeasuredTime {
  /** Start of the first window that ever was. */
  readonly firstMs: number;
  /** Up to when reports have come in. */
  readonly settledMs: number;
}

/**
 * The whole windows of a range: every figure per second is of these, so that what is asked for at one moment in two ways is
 * the same. A window that is under way, or of which reports are still on their way, would make all rates too low. Where
 * there is no whole one yet it is all there is, over one window at least.
 */
export function ratedRange({ startMs, endMs }: TimeRange, { firstMs, settledMs }: MeasuredTime): RatedRange {
  const from = floor(startMs);
  const measuredFrom = Math.max(from, firstMs);
  const to = Math.min(floor(endMs + WINDOW_MS - 1), floor(settledMs));
  if (to - measuredFrom >= WINDOW_MS) return { startMs: from, endMs: to, seconds: (to - measuredFrom) / 1000 };
  const least = Math.min(measuredFrom, endMs - WINDOW_MS);
  return { startMs: from, endMs, seconds: (endMs - least) / 1000 };
}

function floor(ms: number): number {
  return Math.floor(ms / WINDOW_MS) * WINDOW_MS;
}
