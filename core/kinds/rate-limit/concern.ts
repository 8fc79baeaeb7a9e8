import { enforcedRules } from "#core/resolve/enforced-rules.ts";
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

/** Requests to the workloads that it selects, before or after, and what it would have refused of them. */
export function concernByLimit(change: ChangeOf<"RateLimit"> | ChangeOf<"Quota">, context: ConcernContext): Concerning {
  const { called } = context;
  const scope = policyScope(context.mesh, context.resources);
  const limits = versionsOf<"RateLimit" | "Quota">(change).filter(({ spec }) => spec.mode !== "Off");
  const { after } = change;
  const replayed =
    after === undefined || after.spec.mode === "Off" ? undefined : replayLimit(after, enforcedRules(after), context);
  return {
    replayed: replayed === undefined ? [] : [replayed],
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
