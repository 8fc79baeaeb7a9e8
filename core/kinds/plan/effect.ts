import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import type { PlanConsumer, PlanSpec } from "#core/kinds/plan/schema.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";

export function describePlan({ spec: { consumers, quotas = [], limits = [] } }: Written<PlanSpec>): string {
  const amounts = [
    ...quotas.map(({ name, amount }) => `${amount} of Quota ${name}`),
    ...limits.map(
      ({ name, rule, amount, per }) =>
        `${amount}${per === undefined ? "" : ` in ${per}`} of RateLimit ${name}, rule ${rule}`,
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
