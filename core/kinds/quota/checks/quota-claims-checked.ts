import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import { findUncheckedClaims } from "#core/check/find-unchecked-claims.ts";
import type { EachCheck } from "#core/check/rule.ts";

export const quotaClaimsChecked: EachCheck<"Quota"> = {
  ...CLAIMS_NOT_CHECKED,
  each: (quota, context) => findUncheckedClaims(quota, quota.spec.bucket ?? {}, ["spec", "bucket"], context),
};
