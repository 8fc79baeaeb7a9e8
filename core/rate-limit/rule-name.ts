/** The one rule of a Quota; no rule of a RateLimit has this name. */
export const QUOTA_RULE = "Quota";
/** Beside a consumer's bucket, the one that admits what goes on when nothing is left; no share that is reserved has this name. */
export const THROTTLE_BUCKET = "Throttle";
const OF_PLAN = "@";
const IN_PLAN = "~";

/** A rule as it counts those who have a plan: another one than for everybody else. */
export const nameRule = (rule: string, plan: string): string => `${rule}${OF_PLAN}${plan}`;

export function parseRuleName(name: string): { readonly rule: string; readonly plan: string | undefined } {
  const [rule = "", plan] = name.split(OF_PLAN);
  return { rule, plan };
}

/** Of a RateLimit or Quota that is written in a plan: no name of a resource has the sign. */
export const nameInline = (plan: string, item: string): string => `${plan}${IN_PLAN}${item}`;

/** The plan that `NAMESPACE/NAME`, or a name, of a RateLimit or Quota is written in; undefined where it is a resource of its own. */
export function planWrittenIn(name: string): string | undefined {
  const [plan, item] = name.slice(name.indexOf("/") + 1).split(IN_PLAN);
  return item === undefined ? undefined : plan;
}

/** The plan whose consumers alone a rule counts: one that gives them another amount, or that it is written in. */
export function planOfRule({ policy, name }: { readonly policy: string; readonly name: string }): string | undefined {
  return parseRuleName(name).plan ?? planWrittenIn(policy);
}

/** Whether a rule is a Quota's, for whatever plan: what is used of it is in a ledger. */
export const isQuotaRule = (name: string): boolean => parseRuleName(name).rule === QUOTA_RULE;

/** The policy and the rule's name of `policy|rule`, or of a key of the rule, which begins so. */
export function splitRuleId(id: string): { readonly policy: string; readonly name: string } {
  const [policy = "", name = ""] = id.split("|");
  return { policy, name };
}

/** `policy|rule` of a key. */
export function ruleOfKey(key: string): string {
  const { policy, name } = splitRuleId(key);
  return `${policy}|${name}`;
}

/** What a policy's rule is called for who is counted by it. */
export function toldRuleName({ policy, name }: { readonly policy: string; readonly name: string }): string {
  const { rule } = parseRuleName(name);
  return isQuotaRule(name) ? policy.slice(policy.indexOf("/") + 1) : rule;
}

/** The resource that a rule is of. */
export function refOfRule({ policy, name }: { readonly policy: string; readonly name: string }): string {
  return `${isQuotaRule(name) ? "Quota" : "RateLimit"}/${policy}`;
}
