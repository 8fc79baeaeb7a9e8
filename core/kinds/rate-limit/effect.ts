import { describeLimitRule } from "#core/kinds/describe-limit-rule.ts";
import { joinParts } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";
import type { RateLimitSpec } from "#core/kinds/rate-limit/schema.ts";

const MODES = { Enforce: "", Shadow: "Refuses nobody, and counts: ", Off: "Off: " } as const;

export function describeRateLimit(resource: Written<RateLimitSpec>, rootNamespace: string): string {
  const { mode = "Enforce", scope, rules } = resource.spec;
  const where = `${describePolicyTarget(resource, rootNamespace)}${describeRamp(resource.spec)}`;
  const each = scope === "Instance" ? ", at each proxy" : "";
  return `${MODES[mode]}At most ${joinParts(rules.map(describeLimitRule))}; on ${where}${each}`;
}

const describeRamp = ({ mode = "Enforce", enforcePercent = 100 }: RateLimitSpec): string =>
  mode === "Enforce" && enforcePercent < 100 ? `, enforced for ${enforcePercent} % of requests` : "";
