/** A rule of an AuthorizationPolicy, as proxies name it. */
export interface PolicyRule {
  readonly namespace: string;
  readonly name: string;
  /** Its place among the policy's rules; undefined where the name tells of the policy alone. */
  readonly rule: number | undefined;
}

const NAME = /^ns\[([^\]]*)\]-policy\[([^\]]*)\](?:-rule\[(\d+)\])?$/;

/** The name of a policy in Envoy's RBAC filter, as Istio makes it; logs give it back when the rule refuses: `ns[default]-policy[reviews]-rule[0]`. */
export function formatPolicyName(namespace: string, name: string, rule: number): string {
  return `ns[${namespace}]-policy[${name}]-rule[${rule}]`;
}

/** Undefined for what names no AuthorizationPolicy. */
export function parsePolicyName(text: string): PolicyRule | undefined {
  const [, namespace, name, rule] = NAME.exec(text) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  return { namespace, name, rule: rule === undefined ? undefined : Number(rule) };
}
