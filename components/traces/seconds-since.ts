import { CLOCK_DIFFERENCE_MS_MAX } from "#core/telemetry/clock-difference.ts";

/** As far back as requests are asked for. */
const SECONDS_MAX = 604_800;

/**
 * A range back from now, in seconds, that has all of a trace in it that began then, by whichever host's clock. In powers of two, so that a
 * page asks the same again: what is asked for holds twice the time that has passed.
 */
export function secondsSince(startMs: number, nowMs: number): number {
  const passed = (Math.max(0, nowMs - startMs) + CLOCK_DIFFERENCE_MS_MAX) / 1000;
  return Math.min(SECONDS_MAX, 2 ** (Math.floor(Math.log2(passed)) + 1));
}
