import type { RbacRules } from "#core/simulate/filter.ts";
import type { Origin } from "#core/xds/layer.ts";
import { parsePolicyName } from "#core/xds/policy-name.ts";

/** The rule that a policy's name tells of; where none matched, the policies that were asked. */
export function rbacOrigin(matched: string | undefined, asked?: RbacRules): Origin[] {
  const named = matched === undefined ? undefined : policyOrigin(matched);
  if (named !== undefined) return [named];
  const policies = (asked?.policies ?? []).flatMap(({ name }) => policyOrigin(name)?.resource ?? []);
  return [...new Set(policies)].map((resource) => ({ resource }));
}

/** Where the rule stands that a policy of this name was compiled from; undefined for what names none. */
export function policyOrigin(policy: string): Origin | undefined {
  const found = parsePolicyName(policy);
  if (found === undefined) return undefined;
  const resource = `AuthorizationPolicy/${found.namespace}/${found.name}`;
  return found.rule === undefined ? { resource } : { resource, path: `spec.rules[${found.rule}]` };
}
