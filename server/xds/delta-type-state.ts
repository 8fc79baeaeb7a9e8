import { NOTHING_REFUSED, type Refused } from "#server/xds/refused.ts";
import { SentQueue } from "#server/xds/sent-queue.ts";
import { NO_SUBSCRIPTION, type Subscription } from "#server/xds/subscription.ts";

/** One client and one type. */
export interface TypeState {
  subscription: Subscription;
  /** A wildcard that came of an empty first request ends with the first explicit name. */
  wildcard: "none" | "legacy" | "explicit";
  /** Not answered. */
  readonly sent: SentQueue;
  /** Resources of which the client keeps an older version, or none. */
  refused: Refused;
  /** Something was taken since, and what was refused may have waited for that. */
  isRetryDue: boolean;
}

export function createTypeState(): TypeState {
  return {
    subscription: NO_SUBSCRIPTION,
    wildcard: "none",
    sent: new SentQueue(),
    refused: NOTHING_REFUSED,
    isRetryDue: false,
  };
}
