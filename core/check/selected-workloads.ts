import type { CheckContext } from "#core/check/context.ts";
import { isOfRoutes, type PolicyTarget, targetsOf } from "#core/kinds/policy-target.ts";
import type { Workload } from "#core/model/workload.ts";
import { type ForWorkloads, selectionOf } from "#core/resolve/policy-scope.ts";

/** Workloads that a policy is for. */
export function selectedWorkloads(policy: ForWorkloads, context: CheckContext): readonly Workload[] {
  const { select, mesh, policyScope } = context;
  const { namespace } = policy.metadata;
  const selection = selectionOf(policy, policyScope);
  const where = namespace === mesh.rootNamespace && targetsOf(policy.spec).length === 0 ? undefined : namespace;
  const routing = targetsOf<PolicyTarget>(policy.spec)
    .filter(isOfRoutes)
    .flatMap((target) => policyScope.targeted(namespace, target));
  return [
    ...(selection === "all" ? [{}] : selection).flatMap((labels) => select(labels, where)),
    ...routing.flatMap((labels) => select(labels, undefined)),
  ];
}
