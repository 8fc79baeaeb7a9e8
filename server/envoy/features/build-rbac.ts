import type { GuardingPolicy, GuardingRule } from "#core/resolve/guarding-policy.ts";
import { formatPolicyName } from "#core/xds/policy-name.ts";
import { RBAC_Action, type RBACSchema } from "#proto/gen/envoy/config/rbac/v3/rbac_pb.js";
import { isLookedAt } from "#server/envoy/features/authorizer-mark.ts";
import type { Guard } from "#server/envoy/features/guard.ts";
import type { RbacAction, RbacInput, RuleContext } from "#server/envoy/features/rbac-input.ts";
import {
  allPermissions,
  allPrincipals,
  buildCondition,
  operationParts,
  type Part,
  type PermissionInit,
  type PrincipalInit,
  sourceParts,
} from "#server/envoy/features/rule-parts.ts";
import { allowsPort, bearsOnPort } from "#server/envoy/features/rule-ports.ts";
import type { Init } from "#server/envoy/pack.ts";

const ACTION = { ALLOW: RBAC_Action.ALLOW, DENY: RBAC_Action.DENY, AUDIT: RBAC_Action.LOG } as const;

/**
 * All policies of one action; undefined when there are none. With ALLOW, what no rule matches is refused. What somebody is to be
 * asked about who cannot be asked is refused, as in Istio; so is a request in a chain of filters that is older or newer than
 * these rules, and has nobody asked. Connections meet their rules in the chain itself.
 */
export function buildRbac(input: RbacInput): Init<typeof RBACSchema> | undefined {
  const asked = new Set(input.authorizers.map(({ provider }) => provider.name));
  const isOwn = ({ action, provider, isDryRun }: GuardingPolicy): boolean => {
    if (isDryRun || provider === undefined) return !isDryRun && action === input.action;
    return input.action === "DENY" && (input.isHttp || !asked.has(provider));
  };
  const unlessAsked = ({ provider }: GuardingPolicy): PermissionInit[] =>
    provider === undefined || !asked.has(provider) ? [] : [isNotLookedAt(provider)];
  return buildRules(input.policies.filter(isOwn), input, unlessAsked);
}

function isNotLookedAt(provider: string): PermissionInit {
  const value: PermissionInit = {
    rule: { case: "metadata", value: isLookedAt("envoy.filters.http.rbac", provider) },
  };
  return { rule: { case: "notRule", value } };
}

/** What policies of an action would do that are only tried; undefined when there are none. */
export function buildTriedRules(input: RbacInput): Init<typeof RBACSchema> | undefined {
  const own = input.policies.filter(({ action, isDryRun }) => isDryRun && action === input.action);
  return buildRules(own, input);
}

/**
 * As a filter carries them: Envoy counts what they would refuse under Istio's names, `istio_dry_run_deny_.shadow_denied` and its
 * like. For HTTP it takes the prefix of what it counts from the filter in the listener, and that of metadata from the route's.
 */
export function triedRules(shadowRules: Init<typeof RBACSchema> | undefined, action: RbacAction) {
  if (shadowRules === undefined) return undefined;
  return { shadowRules, shadowRulesStatPrefix: triedPrefix(action) };
}

export function triedPrefix(action: RbacAction): string {
  return `istio_dry_run_${action.toLowerCase()}_`;
}

/** What a provider is to be asked about; undefined where that is nothing on this port. */
export function buildCustomRules(
  provider: string,
  guard: Guard & Pick<RbacInput, "isHttp">,
): Init<typeof RBACSchema> | undefined {
  const own = guard.policies.filter((policy) => policy.provider === provider && !policy.isDryRun);
  const rules = buildRules(own, { ...guard, action: "DENY" });
  return Object.keys(rules?.policies ?? {}).length === 0 ? undefined : rules;
}

/** Rules of which one has to match, of requests that come over `guard`'s port; those that bear on others are left out. */
export function buildMatch(
  rules: readonly GuardingRule[],
  namespace: string,
  guard: Guard,
  ifUnknown: "match" | "none",
): Init<typeof RBACSchema> {
  const context: RuleContext = { ...guard, namespace, isHttp: true, action: ifUnknown === "match" ? "DENY" : "ALLOW" };
  const built = rules.flatMap((rule) => {
    const policy = buildPolicy(rule, context, []);
    return policy === undefined ? [] : [[String(rule.index), policy] as const];
  });
  return { policies: Object.fromEntries(built) };
}

function buildRules(
  own: readonly GuardingPolicy[],
  input: RbacInput,
  besides: (policy: GuardingPolicy) => PermissionInit[] = () => [],
): Init<typeof RBACSchema> | undefined {
  if (own.length === 0) return undefined;
  const policies: NonNullable<Init<typeof RBACSchema>["policies"]> = {};
  for (const policy of own)
    for (const rule of policy.rules) {
      const { namespace, name } = policy;
      const built = buildPolicy(rule, { ...input, namespace }, besides(policy));
      if (built !== undefined) policies[formatPolicyName(namespace, name, rule.index)] = built;
    }
  return { action: ACTION[input.action], policies };
}

function buildPolicy(
  rule: GuardingRule,
  context: RuleContext,
  besides: readonly PermissionInit[],
): { principals: PrincipalInit[]; permissions: PermissionInit[] } | undefined {
  const { isHttp, action } = context;
  if (!bearsOnPort(rule, context.port)) return undefined;
  const conditions = (rule.when ?? []).map((condition) => buildCondition(condition, context));
  if (!isHttp && action === "ALLOW" && rule.usesHttp) return undefined;
  const keep = <T>(parts: readonly (Part<T> | undefined)[]): T[] =>
    parts.flatMap((part) => (part === undefined || (part.isHttp && !isHttp) ? [] : [part.value]));
  const when = {
    principals: keep(conditions.map((each) => each.principal)),
    permissions: keep(conditions.map((each) => each.permission)),
  };
  const sources = rule.from?.map(({ source }) => keep(sourceParts(source ?? {}, context))) ?? [[]];
  const operations = rule.to
    ?.filter(({ operation }) => allowsPort(operation ?? {}, context.port))
    .map(({ operation }) => keep(operationParts(operation ?? {}))) ?? [[]];
  return {
    principals: sources.map((parts) => allPrincipals([...parts, ...when.principals])),
    permissions: operations.map((parts) => allPermissions([...parts, ...when.permissions, ...besides])),
  };
}
