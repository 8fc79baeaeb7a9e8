import { enforcedRules } from "#core/resolve/enforced-rules.ts";
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
import { replayLimit } from "#core/traffic/replay-limit.ts";

/** Each is held against all requests: of more limits of one plan that is not said. */
const REPLAYED_MAX = 8;

/** Requests that what it says something of counts, and what that would have refused of them, as those have it who have the plan. */
export function concernByPlan(change: ChangeOf<"Plan">, context: ConcernContext): Concerning {
  const { called, resources } = context;
  const scope = policyScope(context.mesh, resources);
  const limits = versionsOf(change).flatMap((plan) => limitsOfPlan(plan, resources));
  const after = (change.after === undefined ? [] : limitsOfPlan(change.after, resources))
    .filter(({ spec }) => spec.mode !== "Off")
    .slice(0, REPLAYED_MAX);
  return {
    replayed: after.flatMap((limit) => replayLimit(limit, enforcedRules(limit), context) ?? []),
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
