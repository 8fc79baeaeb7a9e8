import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { applyPlans, type PrincipalsOf } from "#core/resolve/plans.ts";
import { readQuotas } from "#core/resolve/quotas.ts";
import { type LimitingRule, readLimits } from "#core/resolve/rate-limits.ts";
import type { Labels } from "#core/resource/labels.ts";
import { ALL_NAMESPACES } from "#server/compile/all-namespaces.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

/** All that counts the requests of a workload: its RateLimits and Quotas, as plans have them. */
export function limitsOver(world: CompileReader, namespace: string, labels: Labels): readonly LimitingRule[] {
  const rules = [
    ...readLimits(world.rateLimitsOver(namespace, labels)),
    ...readQuotas(world.quotasOver(namespace, labels)),
  ];
  if (rules.length === 0) return rules;
  const plans = world.plansFor(namespace);
  return plans.length === 0 ? rules : applyPlans(rules, plans, principalsIn(world));
}

function principalsIn(world: CompileReader): PrincipalsOf {
  return (labels, namespace = ALL_NAMESPACES) => {
    const names = world
      .select(namespace, labels)
      .map(({ namespace: of, serviceAccount }) =>
        formatSpiffeId({ trustDomain: world.mesh.trustDomain, namespace: of, serviceAccount }).replace("spiffe://", ""),
      );
    return [...new Set(names)].sort();
  };
}
