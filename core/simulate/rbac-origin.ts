import type { RbacRules } from "#core/simulate/filter.ts";
import type { Origin } from "#core/xds/layer.ts";

/** The rule that a policy's name tells of: `ns[default]-policy[reviews]-rule[0]`; where none matched, the policies that were asked. */
export function rbacOrigin(matched: string | undefined, asked?: RbacRules): Origin[] {
  const named = matched === undefined ? undefined : parsePolicyName(matched);
  if (named !== undefined) return [named];
  const policies = (asked?.policies ?? []).flatMap(({ name }) => parsePolicyName(name)?.resource ?? []);
  return [...new Set(policies)].map((resource) => ({ resource }));
}

function parsePolicyName(text: string): (Origin & { readonly path: string }) | undefined {
  const [, namespace, name, rule] = /^ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[(\d+)\]$/.exec(text) ?? [];
  if (namespace === undefined || name === undefined || rule === undefined) return undefined;
  return { resource: `AuthorizationPolicy/${namespace}/${name}`, path: `spec.rules[${rule}]` };
}
