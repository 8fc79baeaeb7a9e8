import { limitsOfPlan } from "#core/resolve/limits-of-plan.ts";
import { standsOver } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import {
  type ChangeOf,
  CONCERNED,
  type ConcernContext,
  type Concerning,
  NOT_CONCERNED,
  versionsOf,
} from "#core/traffic/concern.ts";

/** Requests that what it says something of counts; who has the plan is known of each request alone. */
export function concernByPlan(change: ChangeOf<"Plan">, context: ConcernContext): Concerning {
  const { called, resources } = context;
  const scope = policyScope(context.mesh, resources);
  const limits = versionsOf(change).flatMap((plan) => limitsOfPlan(plan, resources));
  return {
    basis: "requests that its quotas and limits count",
    of: (traffic) => {
      if (traffic.isRefused || traffic.key.protocol === "tcp") return NOT_CONCERNED;
      const isLimited = called
        .instances(traffic)
        .some((instance) => limits.some((limit) => standsOver(limit, instance, scope)));
      return isLimited ? { ...CONCERNED, isUpperBound: true } : NOT_CONCERNED;
    },
  };
}
