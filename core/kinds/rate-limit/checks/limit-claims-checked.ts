import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import { findUncheckedClaims, findUncheckedConditions } from "#core/check/find-unchecked-claims.ts";
import type { EachCheck } from "#core/check/rule.ts";

export const limitClaimsChecked: EachCheck<"RateLimit"> = {
  ...CLAIMS_NOT_CHECKED,
  each: (limit, context) =>
    limit.spec.rules.flatMap(({ bucket = {}, match, exempt, reserve = [] }, index) => {
      const at = ["spec", "rules", index];
      return [
        ...findUncheckedClaims(limit, bucket, [...at, "bucket"], context),
        ...findUncheckedConditions(limit, match, [...at, "match"], "and none is counted by it", context),
        ...findUncheckedConditions(limit, exempt, [...at, "exempt"], "and none is exempt by it", context),
        ...reserve.flatMap(({ match: of }, place) =>
          findUncheckedConditions(limit, of, [...at, "reserve", place, "match"], "and none is of the class", context),
        ),
      ];
    }),
};
