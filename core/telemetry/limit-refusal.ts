import { isQuotaRule, parseRuleName, refOfRule } from "#core/rate-limit/rule-name.ts";

/** How the agent writes that a RateLimit's rule, or a Quota, refused: `limit:NAMESPACE/NAME/RULE`. */
const WRITTEN = /^limit:([^/ ]+)\/([^/ ]+)\/([^/ ]+)$/;

/** From what stands in a line for it, `NAMESPACE/NAME/RULE`; "" where no limit refused. */
export function parseLimitRefusal(told: string): string {
  const written = `limit:${told}`;
  return WRITTEN.test(written) ? written : "";
}

/** The RateLimit with its rule behind it, or the Quota, as `KIND/NAMESPACE/NAME`; undefined for what is no such refusal. */
export function nameLimitRefusal(deniedBy: string): string[] | undefined {
  const [, namespace, name, rule = ""] = WRITTEN.exec(deniedBy) ?? [];
  if (namespace === undefined) return undefined;
  const ref = refOfRule({ policy: `${namespace}/${name}`, name: rule });
  const { rule: own } = parseRuleName(rule);
  return [isQuotaRule(rule) ? ref : `${ref}/${own}`];
}

/** `NAMESPACE/NAME` of the RateLimit or Quota; undefined for what is no such refusal. */
export function limitOfRefusal(deniedBy: string): string | undefined {
  const [, namespace, name] = WRITTEN.exec(deniedBy) ?? [];
  return namespace === undefined ? undefined : `${namespace}/${name}`;
}

export function namespaceOfLimitRefusal(deniedBy: string): string | undefined {
  return WRITTEN.exec(deniedBy)?.[1];
}
