import { classOfCode, classOfStatus, type TrafficKey } from "#core/telemetry/dimensions.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";

/** Status codes that a standard has: IANA's registry of HTTP status codes, first and last of each row of them. */
const KNOWN_CODES: readonly (readonly [first: number, last: number])[] = [
  [0, 0],
  [100, 104],
  [200, 208],
  [226, 226],
  [300, 308],
  [400, 418],
  [421, 426],
  [428, 429],
  [431, 431],
  [451, 451],
  [500, 508],
  [510, 511],
];
/** Of gRPC, the highest: UNAUTHENTICATED. */
const GRPC_STATUS_MAX = 16;
/** Answers that are told apart where all other labels are the same: applications may answer with any number. */
const ANSWERS_MAX = { known: 64, madeUp: 16 };

/** Whether the answer is a class itself: nothing is left of it to fold. */
export function isAnswerClass({ responseCode, grpcStatus }: TrafficKey): boolean {
  return classOfCode(responseCode) === responseCode && classOfStatus(grpcStatus) === grpcStatus;
}

/** How many answers there may be beside this one before it is counted by its class: fewer, where no standard has it. */
export function answersMaxFor(key: TrafficKey): number {
  if (isAnswerClass(key)) return Number.POSITIVE_INFINITY;
  const { responseCode, grpcStatus } = key;
  const isKnown =
    KNOWN_CODES.some(([first, last]) => responseCode >= first && responseCode <= last) &&
    Number(grpcStatus) <= GRPC_STATUS_MAX;
  return isKnown ? ANSWERS_MAX.known : ANSWERS_MAX.madeUp;
}

/** Equal for keys that differ in their answers alone. */
export function withoutAnswer(key: TrafficKey): TrafficKey {
  return { ...key, responseCode: NOBODY.responseCode, grpcStatus: NOBODY.grpcStatus };
}

/** With the class of its code in place of the code: 404 → 400. */
export function withAnswerClass(key: TrafficKey): TrafficKey {
  return { ...key, responseCode: classOfCode(key.responseCode), grpcStatus: classOfStatus(key.grpcStatus) };
}
