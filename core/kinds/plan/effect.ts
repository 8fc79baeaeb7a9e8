import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import type { PlanConsumer, PlanSpec } from "#core/kinds/plan/schema.ts";
import { describeQuota } from "#core/kinds/quota/effect.ts";
import { describeRateLimit } from "#core/kinds/rate-limit/effect.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";

export function describePlan({ metadata, spec }: Written<PlanSpec>, rootNamespace: string): string {
  const { consumers, quotas = [], limits = [] } = spec;
  const amounts = [
    ...quotas.map(({ name, amount, spec: own }) =>
      own === undefined
        ? `${amount} of Quota ${name}`
        : `Quota ${name} of its own: ${describeQuota({ metadata, spec: own }, rootNamespace)}`,
    ),
    ...limits.map(({ name, rule, amount, per, spec: own }) =>
      own === undefined
        ? `${amount}${per === undefined ? "" : ` in ${per}`} of RateLimit ${name}, rule ${rule}`
        : `RateLimit ${name} of its own: ${describeRateLimit({ metadata, spec: own }, rootNamespace)}`,
    ),
  ];
  return `${joinParts(amounts)}; for ${joinWords(consumers.map(describeConsumer), "and")}`;
}

function describeConsumer({
  claim,
  workloads,
  principals = [],
  serviceAccounts = [],
  namespaces = [],
}: PlanConsumer): string {
  if (claim !== undefined) return `${claim.attribute} ${claim.values.join(", ")}`;
  if (workloads !== undefined) {
    const { namespace, matchLabels } = workloads;
    return `workloads with ${writeLabels(matchLabels)}${namespace === undefined ? "" : ` in ${namespace}`}`;
  }
  if (namespaces.length > 0) return `namespace ${namespaces.join(", ")}`;
  return [...principals, ...serviceAccounts].join(", ");
}
