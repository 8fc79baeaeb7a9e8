import { type ReservedBucket, reserveShare } from "#core/rate-limit/reserve-share.ts";
import type { Dice } from "#core/simulate/dice.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import { keyValue } from "#core/simulate/limits/key-value.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";

/** What a request is charged by one rule. */
export interface RequestCharge {
  readonly rule: PreparedLimit;
  /** It lacks the key, and who does is refused. */
  readonly isDenied: boolean;
  /** All of them have to admit it. */
  readonly buckets: readonly ReservedBucket[];
  /** Of the key, in its order; null for those that it lacks. */
  readonly values: readonly (string | null)[];
  readonly cost: number;
}

/** No rule asks for chance. */
const NO_DICE: Dice = { chance: () => false, pick: () => 0 };

/** What a request is charged by each of the rules that count it. */
export function chargeRequest(rules: readonly PreparedLimit[], exchange: Exchange): RequestCharge[] {
  return rules.flatMap((rule): RequestCharge[] => {
    if (rule.match?.holds(exchange, NO_DICE) === false || rule.exempt?.holds(exchange, NO_DICE) === true) return [];
    if (rule.within?.holds(exchange, NO_DICE) === false || rule.without?.holds(exchange, NO_DICE) === true) return [];
    const values = rule.key.map((part) => keyValue(part, exchange, rule.trustsForwardedFor));
    const isMissing = values.includes(null);
    if (isMissing && rule.missing === "Skip") return [];
    const cost = costOf(rule, exchange);
    if (isMissing && rule.missing === "Deny") return [{ rule, isDenied: true, buckets: [], values, cost }];
    const className = rule.reserves.find(({ match }) => match === undefined || match.holds(exchange, NO_DICE))?.name;
    // Who lacks a part of the key shares a bucket with all that lack some, whatever else they say.
    const own = isMissing ? rule.key.map(() => null) : values;
    const buckets = reserveShare(rule.limit, rule.reserves, className);
    return [{ rule, isDenied: false, buckets, values: own, cost }];
  });
}

function costOf({ cost: { request, requestHeader, most } }: PreparedLimit, { headers }: Exchange): number {
  const told = requestHeader === undefined ? undefined : headers.firstLine(requestHeader);
  if (told === undefined || !/^\d+$/.test(told)) return request;
  return Math.min(Math.max(Number(told), request), most);
}
