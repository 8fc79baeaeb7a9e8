import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import { CLOCK_DIFFERENCE_MS_MAX } from "#core/telemetry/clock-difference.ts";
import { histogramOfLe, sizeOf, visitRanges, visitRangesOfLe } from "#core/telemetry/histogram.ts";
import { RATE_MAX } from "#server/telemetry/ingest/rate-book.ts";
import type { WindowFigures } from "#server/telemetry/ingest/told-labels.ts";

/** Windows further from now than this are a broken clock, not telemetry. */
const PAST_MS_MAX = 31 * 24 * 3600 * 1000;
/** Requests of one window, or connections. */
const COUNT_OF_WINDOW_MAX = (RATE_MAX * WINDOW_MS) / 1000;
/** Of one window: what 400 Gbit/s carry while its requests and connections last. */
const BYTES_PER_MS = 50_000_000;
/** Of ports and response codes. */
export const SHORT_MAX = 65_535;

/** Whether something may have happened then, as far as clocks may differ. */
export function canBe(atMs: number, nowMs: number): boolean {
  return atMs >= nowMs - PAST_MS_MAX && atMs <= nowMs + CLOCK_DIFFERENCE_MS_MAX;
}

/** One agent's nonsense must not spoil sums that others' figures are in. */
export function hasPossibleFigures(window: WindowFigures): boolean {
  const { durationSumMs, opened } = window;
  const count = Number(window.count);
  return (
    count <= COUNT_OF_WINDOW_MAX &&
    opened <= COUNT_OF_WINDOW_MAX &&
    histogramsOf(window).every((histogram) => sizeOf(histogram) <= count) &&
    durationSumMs >= 0 &&
    Number.isFinite(durationSumMs) &&
    areCarried(window)
  );
}

function areCarried(window: WindowFigures): boolean {
  const bytes = Number(window.requestBytes) + Number(window.responseBytes);
  // Few windows need to be asked how long their connections lasted.
  return bytes <= WINDOW_MS * BYTES_PER_MS || bytes <= (WINDOW_MS + possibleDuration(window)) * BYTES_PER_MS;
}

export function histogramsOf(window: WindowFigures): readonly (readonly number[])[] {
  return [durationsOf(window), window.requestSizes, window.responseSizes];
}

export function durationsOf(window: WindowFigures): readonly number[] {
  return isByIstio(window) ? histogramOfLe(window.durationBuckets) : window.durations;
}

/** Of an agent that counts by Istio's buckets alone. */
function isByIstio({ durations, durationBuckets }: WindowFigures): boolean {
  return durations.length === 0 && durationBuckets.length > 0;
}

/** The sum of durations that goes with the histogram beside it: as it is told, or the nearest that can be. */
export function possibleDuration(window: WindowFigures): number {
  const { durations, durationBuckets, durationSumMs, count } = window;
  let [least, most, known] = [0, 0, 0];
  const add = (of: number, above: number, upTo: number): void => {
    known += of;
    least += of * above;
    most += of * Math.min(upTo, PAST_MS_MAX);
  };
  if (isByIstio(window)) visitRangesOfLe(durationBuckets, add);
  else visitRanges(durations, add);
  most += (Number(count) - known) * PAST_MS_MAX;
  return Math.min(most, Math.max(least, durationSumMs));
}
