import { parseRuleName, QUOTA_RULE } from "#core/rate-limit/rule-name.ts";
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
  const [policy = "", named = ""] = limit.split("|");
  const { rule, plan } = parseRuleName(named);
  const ofPlan = plan === undefined ? "" : `, plan ${plan}`;
  return `${kind} ${policy}${rule === QUOTA_RULE ? "" : `, rule ${rule}`}${ofPlan}`;
}

/** What is used of a Quota is in a ledger. */
export function hasLedger({ limit }: Pick<ConsumerView, "limit">): boolean {
  return parseRuleName(limit.split("|")[1] ?? "").rule === QUOTA_RULE;
}

/** The resource that a limit is of. */
export function limitRef({ kind, limit }: Pick<ConsumerView, "kind" | "limit">): string {
  return `${kind}/${limit.split("|")[0] ?? ""}`;
}
