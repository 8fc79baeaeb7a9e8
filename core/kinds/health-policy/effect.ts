import { namePattern } from "#core/kinds/health-policy/code-pattern.ts";
import type { HealthPolicySpec, HealthRule, WrittenTolerance } from "#core/kinds/health-policy/schema.ts";
import { joinParts } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";

export function describeHealthPolicy({ spec: { rules } }: Written<HealthPolicySpec>): string {
  return joinParts(rules.map(describeRule));
}

function describeRule({ kind, namespace, name, tolerances }: HealthRule): string {
  const whom = `${kind === undefined ? "everything" : `each ${kind.toLowerCase()}`}${name === undefined ? "" : ` called ${name}`}${namespace === undefined ? "" : ` in ${namespace}`}`;
  return `${whom} fails at ${tolerances.map(describeTolerance).join(", ")}`;
}

/** "5XX ≥ 10 %" */
function describeTolerance({ failure, ...counted }: WrittenTolerance): string {
  return `${namePattern(counted)} ≥ ${failure} %`;
}
