import type { Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";
import { SlidingWindow } from "#core/rate-limit/sliding-window.ts";
import { TokenBucket } from "#core/rate-limit/token-bucket.ts";

/** The meter of a limit, as new or as another one of the same limit was saved. */
export const openMeter = (limit: Limit, saved?: readonly number[]): Meter =>
  limit.burst === undefined ? new SlidingWindow(limit, saved) : new TokenBucket(limit, saved);
