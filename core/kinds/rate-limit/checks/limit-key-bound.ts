import { findUnboundKeys, KEY_NOT_BOUND } from "#core/check/key-not-bound.ts";
import type { EachCheck } from "#core/check/rule.ts";

/** A limit for each caller holds where a caller cannot say that it is another. */
export const limitKeyBound: EachCheck<"RateLimit"> = {
  ...KEY_NOT_BOUND,
  each: (limit, context) =>
    limit.spec.rules.flatMap(({ bucket = {} }, index) =>
      findUnboundKeys(limit, bucket, ["spec", "rules", index, "bucket"], context),
    ),
};
