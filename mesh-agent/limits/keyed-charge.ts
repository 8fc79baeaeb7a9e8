import type { Limit } from "#core/rate-limit/limit.ts";
import type { RequestCharge } from "#core/simulate/limits/charge-request.ts";
import { formatLimitKey } from "#node/limit-key.ts";

/** A charge with its buckets by the names that the owner knows them by. */
export interface KeyedCharge extends Pick<RequestCharge, "rule" | "isDenied" | "cost"> {
  readonly buckets: readonly { readonly key: string; readonly limit: Limit }[];
}

export function keyCharge({ rule, isDenied, cost, buckets, values }: RequestCharge): KeyedCharge {
  const { policy, name } = rule;
  return {
    ...{ rule, isDenied, cost },
    buckets: buckets.map(({ reserve, limit }) => ({
      key: formatLimitKey({ policy, rule: name, reserve, values }),
      limit,
    })),
  };
}
