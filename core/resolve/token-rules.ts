import type { JwtRule } from "#core/kinds/request-authentication/schema.ts";
import type { Resource } from "#core/resource/resource.ts";

/** Of all RequestAuthentications that stand over a workload the rules together, in the order of their issuers as in Istio. */
export function resolveTokenRules(authentications: readonly Resource<"RequestAuthentication">[]): readonly JwtRule[] {
  return authentications
    .flatMap(({ spec }) => spec.jwtRules ?? [])
    .sort(({ issuer: a = "" }, { issuer: b = "" }) => (a < b ? -1 : a > b ? 1 : 0));
}
