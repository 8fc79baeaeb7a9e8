import type { LimitKind } from "#core/resolve/inline-limits.ts";
import { readQuotas } from "#core/resolve/quotas.ts";
import { type LimitingRule, readLimits } from "#core/resolve/rate-limits.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { Resource } from "#core/resource/resource.ts";

type AnyLimit = { readonly [K in LimitKind]: Resource<K> }[LimitKind];

/** The rules of a RateLimit or Quota, as if it refused whom it does not admit. */
export const enforcedRules = (limit: AnyLimit): readonly LimitingRule[] => [
  ...readLimits(ofKind([limit], "RateLimit").map((each) => ({ ...each, spec: { ...each.spec, mode: "Enforce" } }))),
  ...readQuotas(ofKind([limit], "Quota").map((each) => ({ ...each, spec: { ...each.spec, mode: "Enforce" } }))),
];
