import { isQuotaRule, parseRuleName, planOfRule, splitRuleId } from "#core/rate-limit/rule-name.ts";
import type { ConsumerView } from "#core/view/limit.ts";

/** Who is counted together, as people read it. */
export function nameSubject({ subject }: Pick<ConsumerView, "subject">): string {
  return subject === "" ? "all callers together" : subject;
}

/** The page of a consumer of one limit. */
export function consumerHref({ key }: Pick<ConsumerView, "key">): string {
  return `/limits/consumer?key=${encodeURIComponent(key)}`;
}

/** A limit as its id says: `shop/per-caller|burst`, with a plan behind `@`. */
export function nameLimit({ kind, limit }: Pick<ConsumerView, "kind" | "limit">): string {
  const { policy, name } = splitRuleId(limit);
  const { rule } = parseRuleName(name);
  const plan = planOfRule({ policy, name });
  const ofPlan = plan === undefined ? "" : `, plan ${plan}`;
  return `${kind} ${policy}${isQuotaRule(name) ? "" : `, rule ${rule}`}${ofPlan}`;
}

/** What is used of a Quota is in a ledger. */
export function hasLedger({ limit }: Pick<ConsumerView, "limit">): boolean {
  return isQuotaRule(splitRuleId(limit).name);
}

/** The resource that a limit is of. */
export function limitRef({ kind, limit }: Pick<ConsumerView, "kind" | "limit">): string {
  return `${kind}/${splitRuleId(limit).policy}`;
}
