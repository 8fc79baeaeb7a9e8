import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import { findUncheckedClaims, findUncheckedConditions } from "#core/check/find-unchecked-claims.ts";
import type { EachCheck } from "#core/check/rule.ts";

export const quotaClaimsChecked: EachCheck<"Quota"> = {
  ...CLAIMS_NOT_CHECKED,
  each: (quota, context) => {
    const { bucket = {}, match, exempt } = quota.spec;
    return [
      ...findUncheckedClaims(quota, bucket, ["spec", "bucket"], context),
      ...findUncheckedConditions(quota, match, ["spec", "match"], "and none is counted by it", context),
      ...findUncheckedConditions(quota, exempt, ["spec", "exempt"], "and none is exempt by it", context),
    ];
  },
};
