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

/** Of a RateLimit besides what it would have refused of them. */
export function concernByRateLimit(change: ChangeOf<"RateLimit">, context: ConcernContext): Concerning {
  const { after } = change;
  const replayed = after === undefined || after.spec.mode === "Off" ? undefined : replayLimit(after, context);
  return { ...concernByLimit(change, context), replayed };
}

/** Requests to the workloads that it selects, before or after: who is refused of them depends on when they come. */
export function concernByLimit(change: ChangeOf<"RateLimit"> | ChangeOf<"Quota">, context: ConcernContext): Concerning {
  const { called } = context;
  const scope = policyScope(context.mesh, context.resources);
  const limits = versionsOf<"RateLimit" | "Quota">(change).filter(({ spec }) => spec.mode !== "Off");
  return {
    basis: "requests that it counts",
    of: (traffic) => {
      if (traffic.isRefused || traffic.key.protocol === "tcp") return NOT_CONCERNED;
      const isLimited = called
        .instances(traffic)
        .some((instance) => limits.some((limit) => standsOver(limit, instance, scope)));
      return isLimited ? { ...CONCERNED, isUpperBound: true } : NOT_CONCERNED;
    },
  };
}
