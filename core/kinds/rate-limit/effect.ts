import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";
import type { RateLimitRule, RateLimitSpec } from "#core/kinds/rate-limit/schema.ts";

const MODES = { Enforce: "", Shadow: "Refuses nobody, and counts: ", Off: "Off: " } as const;

export function describeRateLimit(resource: Written<RateLimitSpec>, rootNamespace: string): string {
  const { mode = "Enforce", scope, rules } = resource.spec;
  const where = `${describePolicyTarget(resource, rootNamespace)}${describeRamp(resource.spec)}`;
  const each = scope === "Instance" ? ", at each proxy" : "";
  return `${MODES[mode]}At most ${joinParts(rules.map(describeRule))}; on ${where}${each}`;
}

function describeRule({ match = [], bucket, limit, cost }: RateLimitRule): string {
  const isCost = cost !== undefined;
  const unit = limit.unit === "Bytes" ? "byte" : isCost ? "unit" : "request";
  const units = `${limit.amount} ${match.length > 0 && !isCost ? "matching " : ""}${unit}${limit.amount === 1 ? "" : "s"}`;
  const burst = limit.burst === undefined ? "" : `, ${limit.burst} at once`;
  const key = (bucket?.key ?? []).map(({ attribute, prefixLength }) =>
    prefixLength === undefined ? attribute : `/${prefixLength} of ${attribute}`,
  );
  return `${units} ${lengthOf(limit)}${burst}${key.length === 0 ? "" : ` for each ${joinWords(key, "and")}`}`;
}

const describeRamp = ({ mode = "Enforce", enforcePercent = 100 }: RateLimitSpec): string =>
  mode === "Enforce" && enforcePercent < 100 ? `, enforced for ${enforcePercent} % of requests` : "";

/** "in 10s", or "at a time". */
export const lengthOf = ({ per, unit }: RateLimitRule["limit"]): string =>
  unit === "Concurrent" ? "at a time" : `in ${per}`;
