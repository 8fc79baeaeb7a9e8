import { STATUS_CODES } from "node:http";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { NOBODY, remainderOf } from "#core/telemetry/traffic-key.ts";

/** Of gRPC, the highest: UNAUTHENTICATED. */
const GRPC_STATUS_MAX = 16;
/** Answers that are told apart where all other labels are the same: applications may answer with any number. */
const ANSWERS_MAX = { known: 64, madeUp: 16 };

/** How many answers there may be beside this one before it is counted by its class: fewer, where no standard has it. */
export function answersMaxFor(key: TrafficKey): number {
  const { responseCode, grpcStatus } = key;
  const byClass = withAnswerClass(key);
  if (byClass.responseCode === responseCode && byClass.grpcStatus === grpcStatus) return Number.POSITIVE_INFINITY;
  const isKnown = (responseCode === 0 || responseCode in STATUS_CODES) && Number(grpcStatus) <= GRPC_STATUS_MAX;
  return isKnown ? ANSWERS_MAX.known : ANSWERS_MAX.madeUp;
}

/** Equal for keys that differ in their answers alone. */
export function withoutAnswer(key: TrafficKey): TrafficKey {
  return { ...key, responseCode: NOBODY.responseCode, grpcStatus: NOBODY.grpcStatus };
}

/** With the class of its code in place of the code: 404 → 400. */
export function withAnswerClass(key: TrafficKey): TrafficKey {
  const { responseCode, grpcStatus } = remainderOf(key, "overflow");
  return { ...key, responseCode, grpcStatus };
}

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
