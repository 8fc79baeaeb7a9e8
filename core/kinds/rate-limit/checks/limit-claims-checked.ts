import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import { findUncheckedClaims } from "#core/check/find-unchecked-claims.ts";
import type { EachCheck } from "#core/check/rule.ts";

export const limitClaimsChecked: EachCheck<"RateLimit"> = {
  ...CLAIMS_NOT_CHECKED,
  each: (limit, context) =>
    limit.spec.rules.flatMap(({ bucket = {} }, index) =>
      findUncheckedClaims(limit, bucket, ["spec", "rules", index, "bucket"], context),
    ),
};
