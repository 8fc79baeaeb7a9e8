import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import { findUncheckedClaims, findUncheckedConditions, uncheckedAt } from "#core/check/find-unchecked-claims.ts";
import type { EachCheck } from "#core/check/rule.ts";

export const limitClaimsChecked: EachCheck<"RateLimit"> = {
  ...CLAIMS_NOT_CHECKED,
  each: (limit, context) => {
    const unchecked = uncheckedAt(limit, context);
    return limit.spec.rules.flatMap(({ bucket = {}, match, exempt, reserve = [] }, index) => {
      const at = ["spec", "rules", index];
      return [
        ...findUncheckedClaims(unchecked, bucket, [...at, "bucket"]),
        ...findUncheckedConditions(unchecked, match, [...at, "match"], "and none is counted by it"),
        ...findUncheckedConditions(unchecked, exempt, [...at, "exempt"], "and none is exempt by it"),
        ...reserve.flatMap(({ match: of }, place) =>
          findUncheckedConditions(unchecked, of, [...at, "reserve", place, "match"], "and none is of the class"),
        ),
      ];
    });
  },
};
