import type { Percent } from "#core/resolve/route-rule.ts";
import {
  FractionalPercent_DenominatorType,
  type FractionalPercentSchema,
} from "#proto/gen/envoy/type/v3/percent_pb.js";
import type { Init } from "#server/envoy/pack.ts";

/** Parts of a million: percentages have up to four decimals. */
export function buildPercent(percent: Percent | undefined, whenUnset: number): Init<typeof FractionalPercentSchema> {
  return {
    numerator: Math.round((percent?.value ?? whenUnset) * 10_000),
    denominator: FractionalPercent_DenominatorType.MILLION,
  };
}
