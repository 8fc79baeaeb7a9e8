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
        const names = namesOf(consumer, plan, context);
        const [shared] = aged
          .slice(0, at)
          .filter((each) => isOfOneRule(each, plan))
          .flatMap((older) => sharedWith(older, names, context));
        if (shared === undefined) return [];
        return [
          {
            severity: "warning" as const,
            resource: formatRef(refOf(plan)),
            path: ["spec", "consumers", index],
            message: `${shared.name} has ${shared.older} already, which is older: this one does not hold for it`,
            hint: "name each consumer in one plan",
          },
        ];
      }),
    );
  },
};

/** Consumers of one kind whose names are as the pattern says: `text`, `begins*` or `*ends`. */
interface Named {
  readonly of: string;
  readonly pattern: string;
}

function sharedWith(older: Resource<"Plan">, names: readonly Named[], context: CheckContext) {
  return older.spec.consumers
    .flatMap((consumer) => namesOf(consumer, older, context))
    .flatMap((theirs) =>
      names.flatMap((ours) => {
        if (ours.of !== theirs.of) return [];
        const narrower = covers(theirs.pattern, ours.pattern) ? ours : theirs;
        const isShared = narrower === ours || covers(ours.pattern, theirs.pattern);
        return isShared ? [{ name: tell(narrower), older: formatRef(refOf(older)) }] : [];
      }),
    );
}

/** Whether whoever the other means is meant. What begins so and what ends so may be one too: that is not told. */
function covers(pattern: string, other: string): boolean {
  if (pattern === other || pattern === "*") return true;
  if (pattern.endsWith("*")) return !other.startsWith("*") && other.startsWith(pattern.slice(0, -1));
  return pattern.startsWith("*") && !other.endsWith("*") && other.endsWith(pattern.slice(1));
}

const CALLER = "caller";
const ACCOUNT = /^[^/]+\/ns\/([^/*]+)\/sa\/([^/*]+)$/;
const NAMESPACE = /^[^/]+\/ns\/([^/]+?)(?:\/sa\/)?\*$/;

function tell({ of, pattern }: Named): string {
  if (of !== CALLER) return `${of} ${pattern}`;
  const [, namespace, account] = ACCOUNT.exec(pattern) ?? [];
  if (namespace !== undefined && account !== undefined) return `service account ${namespace}/${account}`;
  const whole = NAMESPACE.exec(pattern)?.[1];
  return whole === undefined ? `principal ${pattern}` : `namespace ${whole}`;
}

function namesOf(
  { claim, workloads, principals = [], serviceAccounts = [], namespaces = [] }: PlanConsumer,
  { metadata }: Resource<"Plan">,
  { select, mesh }: CheckContext,
): Named[] {
  if (claim !== undefined) return claim.values.map((pattern) => ({ of: claim.attribute, pattern }));
  const caller = (namespace: string, account: string): Named => ({
    of: CALLER,
    pattern: `${mesh.trustDomain}/ns/${namespace}/sa/${account}`,
  });
  if (workloads !== undefined)
    return select(workloads.matchLabels, workloads.namespace).flatMap(({ namespace, serviceAccount }) =>
      serviceAccount === undefined ? [] : [caller(namespace, serviceAccount)],
    );
  return [
    ...principals.map((pattern) => ({ of: CALLER, pattern })),
    ...serviceAccounts.map((name) => {
      const [namespace = "", account = ""] = (name.includes("/") ? name : `${metadata.namespace}/${name}`).split("/");
      return caller(namespace, account);
    }),
    // Of names that end so nothing is known of whole principals.
    ...namespaces.flatMap((name): Named[] => {
      const beginning = name.endsWith("*") ? name.slice(0, -1) : `${name}/sa/`;
      return name.startsWith("*") && name !== "*"
        ? [{ of: "namespace", pattern: name }]
        : [{ of: CALLER, pattern: `${mesh.trustDomain}/ns/${beginning}*` }];
    }),
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
