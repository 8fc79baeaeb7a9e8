import { joinFirst } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";
import type { RequestAuthenticationSpec } from "#core/kinds/request-authentication/schema.ts";

const NAMED_MAX = 3;

export function describeRequestAuthentication(
  resource: Written<RequestAuthenticationSpec>,
  rootNamespace: string,
): string {
  const target = describePolicyTarget(resource, rootNamespace);
  const issuers = describeIssuers(resource.spec);
  if (issuers === undefined) return `Checks no tokens on ${target}: it has no rules`;
  return `Tokens of ${issuers} are checked on ${target}; requests without one pass`;
}

/** Undefined where there is none. */
export function describeIssuers({ jwtRules = [] }: RequestAuthenticationSpec): string | undefined {
  const issuers = [...new Set(jwtRules.map(({ issuer }) => issuer ?? "any issuer"))];
  return issuers.length === 0 ? undefined : joinFirst(issuers, NAMED_MAX);
}
