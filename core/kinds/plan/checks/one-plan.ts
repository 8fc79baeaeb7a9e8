import type { CheckContext } from "#core/check/context.ts";
import type { ListCheck } from "#core/check/rule.ts";
import type { PlanConsumer, PlanSpec } from "#core/kinds/plan/schema.ts";
import { byAge } from "#core/resource/by-age.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Where two plans of a rule mean one consumer, the older one holds: the other says something that is not so. */
export const onePlanForAll: ListCheck<"Plan"> = {
  code: "consumer-of-two-plans",
  summary: "Two Plans say something of one rule, and name one consumer: the older one holds.",
  check: (plans, context) => {
    const aged = [...plans].sort(byAge);
    return aged.flatMap((plan, at) =>
      plan.spec.consumers.flatMap((consumer, index) => {
        const names = new Set(namesOf(consumer, context));
        const older = aged
          .slice(0, at)
          .find((each) => isOfOneRule(each, plan) && shared(each, names, context) !== undefined);
        if (older === undefined) return [];
        return [
          {
            severity: "warning" as const,
            resource: formatRef(refOf(plan)),
            path: ["spec", "consumers", index],
            message: `${shared(older, names, context) ?? ""} has ${formatRef(refOf(older))} already, which is older: this one does not hold for it`,
            hint: "name each consumer in one plan",
          },
        ];
      }),
    );
  },
};

function shared(plan: Resource<"Plan">, names: ReadonlySet<string>, context: CheckContext): string | undefined {
  return plan.spec.consumers.flatMap((each) => namesOf(each, context)).find((name) => names.has(name));
}

/** By which it can be known that two mean the same one; a prefix and what begins with it may do so too, and are not told. */
function namesOf(
  { claim, workloads, principals = [], serviceAccounts = [], namespaces = [] }: PlanConsumer,
  { select, mesh }: CheckContext,
): string[] {
  const account = (name: string): string => `service account ${name}`;
  if (claim !== undefined) return claim.values.map((value) => `${claim.attribute} ${value}`);
  if (workloads !== undefined)
    return select(workloads.matchLabels, workloads.namespace).map(({ namespace, serviceAccount }) =>
      account(`${namespace}/${serviceAccount}`),
    );
  const own = `${mesh.trustDomain}/ns/`;
  return [
    ...principals.map((name) =>
      name.startsWith(own) ? account(name.slice(own.length).replace("/sa/", "/")) : `principal ${name}`,
    ),
    ...serviceAccounts.map(account),
    ...namespaces.map((name) => `namespace ${name}`),
  ];
}

function isOfOneRule(a: Resource<"Plan">, b: Resource<"Plan">): boolean {
  if (a.metadata.namespace !== b.metadata.namespace) return false;
  const rules = new Set(rulesOf(a.spec));
  return rulesOf(b.spec).some((rule) => rules.has(rule));
}

const rulesOf = ({ quotas = [], limits = [] }: PlanSpec): string[] => [
  ...quotas.flatMap(({ name, spec }) => (spec === undefined ? [`Quota ${name}`] : [])),
  ...limits.flatMap(({ name, rule, spec }) => (spec === undefined ? [`RateLimit ${name} ${rule}`] : [])),
];
