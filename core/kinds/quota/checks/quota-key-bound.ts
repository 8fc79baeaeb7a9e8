import { findUnboundKeys, KEY_NOT_BOUND } from "#core/check/key-not-bound.ts";
import type { EachCheck } from "#core/check/rule.ts";

/** A quota is a consumer's where nobody else can say that it is the one, or yet another. */
export const quotaKeyBound: EachCheck<"Quota"> = {
  ...KEY_NOT_BOUND,
  each: (quota, context) => findUnboundKeys(quota, quota.spec.bucket ?? {}, ["spec", "bucket"], context),
};
