import { WINDOW_MS } from "#core/telemetry/buckets.ts";

/** Until the control plane says otherwise. */
export const FIRST_INTERVAL_MS = 1500;
/** While the control plane is away, folding less often keeps what waits small. */
export const AWAY_INTERVAL_MS = 10_000;
/** After a window ends, until Envoy has written down what ended in it: twice its flush interval. */
const WRITTEN_MS = 500;
/** Of an interval; the rest is for the answer. */
const SPREAD = 0.7;

/**
 * Whether a window is a whole number of intervals: then reports tell of what ended up to the end of one. A report that went over the end of a
 * window would tell of each set of labels twice.
 */
const isAligned = (intervalMs: number): boolean => WINDOW_MS % intervalMs === 0;

/** The last end of an interval of which everything is written down; of intervals that do not end with windows, now. */
export function foldUntilMs(nowMs: number, intervalMs: number): number {
  return isAligned(intervalMs) ? Math.floor((nowMs - WRITTEN_MS) / intervalMs) * intervalMs : nowMs;
}

/** When to fold after `nowMs`. */
export function nextFoldMs(nowMs: number, intervalMs: number): number {
  return isAligned(intervalMs) ? foldUntilMs(nowMs, intervalMs) + intervalMs + WRITTEN_MS : nowMs + intervalMs;
}

/** How long what was folded waits to be sent: agents that fold at one time send at many. `share` (0 to 1) is the agent's own. */
export function sendDelayMs(intervalMs: number, share: number): number {
  return isAligned(intervalMs) ? share * SPREAD * intervalMs : 0;
}
