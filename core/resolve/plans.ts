import { parseDurationMs } from "#core/duration.ts";
import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import type { PlanConsumer } from "#core/kinds/plan/schema.ts";
import type { Limit } from "#core/rate-limit/limit.ts";
import { nameRule, planWrittenIn, QUOTA_RULE } from "#core/rate-limit/rule-name.ts";
import type { GuardingRule } from "#core/resolve/guarding-policy.ts";
import { guarding, type LimitingRule } from "#core/resolve/rate-limits.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

/** The principals (`trust-domain/ns/NAMESPACE/sa/ACCOUNT`) of workloads with these labels, in a namespace or in all. */
export type PrincipalsOf = (labels: Labels, namespace: string | undefined) => readonly string[];

/**
 * Rules as plans have them: for each plan that says something of a rule, the oldest first, one for those who have it and no
 * older one; and the rule itself for all others. Who takes another plan begins anew in it. What is written in a plan counts
 * those who have that plan, whatever other plans say.
 */
export function applyPlans(
  rules: readonly LimitingRule[],
  plans: readonly Resource<"Plan">[],
  principalsOf: PrincipalsOf,
): readonly LimitingRule[] {
  return rules.flatMap((rule) => {
    if (planWrittenIn(rule.policy) !== undefined) return ofItsPlan(rule, plans, principalsOf);
    const own = plans.flatMap((plan) => {
      const limit = plan.metadata.namespace === rule.namespace ? amountIn(plan, rule) : undefined;
      return limit === undefined ? [] : [{ plan, limit, having: whoHas(plan, principalsOf) }];
    });
    const allBut = (having: readonly GuardingRule[]): LimitingRule["without"] =>
      having.length === 0 ? undefined : having;
    const planned = own.flatMap(({ plan, limit, having }, at): LimitingRule[] =>
      having.length === 0
        ? []
        : [
            {
              ...rule,
              name: nameRule(rule.name, plan.metadata.name),
              within: having,
              without: allBut(own.slice(0, at).flatMap((each) => each.having)),
              limit,
            },
          ],
    );
    return [...planned, { ...rule, without: allBut(own.flatMap(({ having }) => having)) }];
  });
}

/** Of what is written in a plan: those who have it are counted, and nobody else. */
function ofItsPlan(
  rule: LimitingRule,
  plans: readonly Resource<"Plan">[],
  principalsOf: PrincipalsOf,
): readonly LimitingRule[] {
  const plan = plans.find((each) => isWrittenIn(each, rule));
  const having = plan === undefined ? [] : whoHas(plan, principalsOf);
  return having.length === 0 ? [] : [{ ...rule, within: having }];
}

const isWrittenIn = ({ metadata }: Resource<"Plan">, { namespace, policy }: LimitingRule): boolean =>
  metadata.namespace === namespace && planWrittenIn(policy) === metadata.name;

/** What a plan says of a rule; undefined where it says nothing of it. */
function amountIn({ spec, metadata }: Resource<"Plan">, rule: LimitingRule): Limit | undefined {
  const { quotas = [], limits = [] } = spec;
  const named = ({ name }: { readonly name: string }): boolean => rule.policy === `${metadata.namespace}/${name}`;
  if (rule.name === QUOTA_RULE) {
    const found = quotas.find((each) => named(each) && each.spec === undefined);
    return found?.amount === undefined ? undefined : { ...rule.limit, amount: found.amount };
  }
  const found = limits.find((each) => named(each) && each.rule === rule.name);
  if (found?.amount === undefined) return undefined;
  const { amount, per, burst } = found;
  // How many there may be at a time has no time, and nothing at once besides.
  if (rule.unit === "Concurrent") return { ...rule.limit, amount };
  const perMs = per === undefined ? rule.limit.perMs : (parseDurationMs(per) ?? 0);
  return { amount, perMs, ...(burst === undefined ? {} : { burst }) };
}

function whoHas({ spec }: Resource<"Plan">, principalsOf: PrincipalsOf): readonly GuardingRule[] {
  return guarding(spec.consumers.flatMap((consumer) => bind(consumer, principalsOf))) ?? [];
}

function bind(
  { claim, workloads, principals, serviceAccounts, namespaces }: PlanConsumer,
  principalsOf: PrincipalsOf,
): AuthorizationRule[] {
  if (claim !== undefined) return [{ when: [{ key: claim.attribute, values: claim.values }] }];
  if (workloads === undefined)
    return [
      {
        from: [
          {
            source: {
              ...(principals === undefined ? {} : { principals }),
              ...(serviceAccounts === undefined ? {} : { serviceAccounts }),
              ...(namespaces === undefined ? {} : { namespaces }),
            },
          },
        ],
      },
    ];
  const known = principalsOf(workloads.matchLabels, workloads.namespace);
  // A source that names nobody would be everybody.
  return known.length === 0 ? [] : [{ from: [{ source: { principals: known } }] }];
}
