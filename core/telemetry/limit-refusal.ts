import type { RefusedBecause } from "#core/rate-limit/charge.ts";
import { isQuotaRule, parseRuleName, refOfRule } from "#core/rate-limit/rule-name.ts";

/**
 * How the agent writes that a RateLimit's rule, or a Quota, refused: `limit:NAMESPACE/NAME/RULE`, and behind it why, where that is
 * not that its units were used up.
 */
const WRITTEN = /^limit:([^/ ]+)\/([^/ ]+)\/([^/ ]+)(?:\/([a-z-]{1,20}))?$/;

const WORDS: Readonly<Record<RefusedBecause, string>> = {
  limit: "its units were used up: the rule let no more through",
  uncoordinated:
    "nobody could say whether units were left: the control plane did not answer the agent in time, or what the agent lets through could not be written down, and the rule lets nothing more through then",
  "too-many-keys": "as many keys were counted as there may be: raise bucket.keysMax of the rule",
  "cost-above-limit": "it cost more than there ever is at once",
  "missing-key": "it lacked the key by which the rule counts, and who does is refused",
};

/** Of a rule by its name, as the agent writes it. */
export const writeLimitRefusal = (rule: string, because: RefusedBecause = "limit"): string =>
  because === "limit" ? rule : `${rule}/${because}`;

/** Why, in words; undefined for what is no such refusal. */
export function whyLimited(deniedBy: string): string | undefined {
  const written = WRITTEN.exec(deniedBy);
  if (written === null) return undefined;
  const because = written[4] ?? "limit";
  return Object.hasOwn(WORDS, because) ? WORDS[because as RefusedBecause] : WORDS.limit;
}

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
