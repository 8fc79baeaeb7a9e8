import type { Limit } from "#core/rate-limit/limit.ts";
import { THROTTLE_BUCKET } from "#core/rate-limit/rule-name.ts";
import type { RequestCharge } from "#core/simulate/limits/charge-request.ts";
import { formatLimitKey } from "#node/limit-key.ts";

/** The same at the rate at which a Quota lets requests go on of whom nothing is left; undefined where it refuses them, or does so already. */
export function throttleCharge(charge: KeyedCharge): KeyedCharge | undefined {
  const { rule, values, isThrottled } = charge;
  if (typeof rule.over === "string" || isThrottled) return undefined;
  const { policy, name, over } = rule;
  const key = formatLimitKey({ policy, rule: name, reserve: THROTTLE_BUCKET, values });
  return { ...charge, isThrottled: true, buckets: [{ key, limit: over.throttle }] };
}

/** A charge with its buckets by the names that the owner knows them by. */
export interface KeyedCharge extends Pick<RequestCharge, "rule" | "isDenied" | "cost" | "values"> {
  readonly isThrottled: boolean;
  readonly buckets: readonly { readonly key: string; readonly limit: Limit }[];
}

export function keyCharge({ rule, isDenied, cost, buckets, values }: RequestCharge): KeyedCharge {
  const { policy, name } = rule;
  return {
    ...{ rule, isDenied, cost, values },
    isThrottled: false,
    buckets: buckets.map(({ reserve, limit }) => ({
      key: formatLimitKey({ policy, rule: name, reserve, values }),
      limit,
    })),
  };
}
