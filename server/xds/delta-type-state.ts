import type { Substitute } from "#core/xds/layer.ts";
import { NOTHING_REFUSED, type Refused } from "#server/xds/refused.ts";
import type { Response } from "#server/xds/response.ts";
import { SentQueue } from "#server/xds/sent-queue.ts";
import { NO_SUBSCRIPTION, type Subscription } from "#server/xds/subscription.ts";

export interface Flags {
  /** True for what `flush` sent, false for the answer to a subscription. */
  readonly isPush: boolean;
  /** Of what was refused before. */
  readonly isAgain: boolean;
  /** Of what was in a refused response. */
  readonly isPart: boolean;
}

/** A response that is on its way. */
export interface Sent extends Flags {
  readonly response: Response;
  /** It is one resource, in the place of what was refused; with those that are left to try. */
  readonly substitute?: { readonly name: string; readonly sent: Substitute; readonly left: readonly Substitute[] };
}

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
