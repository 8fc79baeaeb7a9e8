import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import { findUncheckedClaims, findUncheckedConditions, uncheckedAt } from "#core/check/find-unchecked-claims.ts";
import type { EachCheck } from "#core/check/rule.ts";

export const quotaClaimsChecked: EachCheck<"Quota"> = {
  ...CLAIMS_NOT_CHECKED,
  each: (quota, context) => {
    const { bucket = {}, match, exempt } = quota.spec;
    const at = uncheckedAt(quota, context);
    return [
      ...findUncheckedClaims(at, bucket, ["spec", "bucket"]),
      ...findUncheckedConditions(at, match, ["spec", "match"], "and none is counted by it"),
      ...findUncheckedConditions(at, exempt, ["spec", "exempt"], "and none is exempt by it"),
    ];
  },
};
