import { LedgerMeter } from "#core/rate-limit/ledger-meter.ts";
import type { Limit } from "#core/rate-limit/limit.ts";
import type { Meter } from "#core/rate-limit/meter.ts";
import { SlidingWindow } from "#core/rate-limit/sliding-window.ts";
import { TokenBucket } from "#core/rate-limit/token-bucket.ts";

/** The meter of a limit, as new or as another one of the same limit was saved. */
export function openMeter(limit: Limit, saved?: readonly number[]): Meter {
  if (limit.ledger?.period !== undefined) return new LedgerMeter(limit, limit.ledger.period, saved);
  return limit.burst === undefined ? new SlidingWindow(limit, saved) : new TokenBucket(limit, saved);
}
