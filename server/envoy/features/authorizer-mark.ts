import type { MetadataMatcherSchema } from "#proto/gen/envoy/type/matcher/v3/metadata_pb.js";
import type { Init } from "#server/envoy/pack.ts";

type MatcherInit = Init<typeof MetadataMatcherSchema>;

/** The filters under whose names Envoy keeps what their rules said. */
type LookingFilter = "envoy.filters.http.rbac" | "envoy.filters.network.rbac";

/** Of what a provider's rules leave behind, which is its own: what one marks is not another's. */
export function markPrefix(provider: string): string {
  return `ext_authz_${provider}_`;
}

/** Whether rules of this provider matched: the mark is the name of the rule. */
export function isMarked(filter: LookingFilter, provider: string): MatcherInit {
  return isThere(filter, `${markPrefix(provider)}shadow_effective_policy_id`);
}

/** Whether rules of this provider were looked at, matched or not: what a request says only in a chain that has them. */
export function isLookedAt(filter: LookingFilter, provider: string): MatcherInit {
  return isThere(filter, `${markPrefix(provider)}shadow_engine_result`);
}

function isThere(filter: LookingFilter, key: string): MatcherInit {
  return {
    filter,
    path: [{ segment: { case: "key", value: key } }],
    value: { matchPattern: { case: "presentMatch", value: true } },
  };
}
