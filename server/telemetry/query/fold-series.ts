import { withAnswerClass } from "#core/telemetry/answer-class.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { NOBODY, remainderOf } from "#core/telemetry/traffic-key.ts";

/** What is left of a key in its account's bucket for the rest: account, side, protocol and class of code. */
export function restOfAccount(key: TrafficKey): TrafficKey {
  const { grpcStatus, responseFlags, security } = NOBODY;
  return { ...remainderOf(key, "overflow"), grpcStatus, responseFlags, security };
}

/** The same where there are so many accounts that not even such buckets find room. */
export function restOfAll(key: TrafficKey): TrafficKey {
  const { reporter, protocol, responseCode } = withAnswerClass(key);
  return { ...NOBODY, reporter, protocol, responseCode };
}
