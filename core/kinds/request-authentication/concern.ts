import { standsOver } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import {
  type ChangeOf,
  type ConcernContext,
  type Concerning,
  NOT_CONCERNED,
  versionsOf,
} from "#core/traffic/concern.ts";

/** Requests to the workloads that it selects, at most: which of them bear a token is not recorded. */
export function concernByTokens(
  change: ChangeOf<"RequestAuthentication">,
  { called, mesh, resources }: ConcernContext,
): Concerning {
  const scope = policyScope(mesh, resources);
  const versions = versionsOf(change);
  return {
    basis: "requests with a token, at most those to the workloads that it selects",
    of: (traffic) => {
      if (traffic.isRefused || traffic.key.protocol === "tcp") return NOT_CONCERNED;
      const isReached = called
        .instances(traffic)
        .some((each) => versions.some((version) => standsOver(version, each, scope)));
      return isReached ? { share: 1, isUpperBound: true } : NOT_CONCERNED;
    },
  };
}
