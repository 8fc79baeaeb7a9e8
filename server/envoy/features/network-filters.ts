import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { RBACSchema } from "#proto/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js";
import { buildRbac, buildTriedRules, triedRules } from "#server/envoy/features/build-rbac.ts";
import { externalConnectionAuthorization } from "#server/envoy/features/external-authorization.ts";
import type { Guard } from "#server/envoy/features/guard.ts";
import type { NetworkFilter } from "#server/envoy/features/network-filter.ts";
import { RBAC_ACTIONS, type RbacAction } from "#server/envoy/features/rbac-input.ts";
import { type Init, typed } from "#server/envoy/pack.ts";

/** The rules of one action for a port that is not HTTP: they hold for connections, when they are opened. */
function rbac(action: RbacAction): NetworkFilter {
  const name = "envoy.filters.network.rbac";
  return {
    name,
    inChain(guard) {
      const input = { ...guard, action, isHttp: false, trustsForwardedFor: [] };
      const [rules, tried] = [buildRbac(input), buildTriedRules(input)].map((each) => {
        const isIdle = action !== "ALLOW" && Object.keys(each?.policies ?? {}).length === 0;
        return isIdle ? undefined : each;
      });
      if (rules === undefined && tried === undefined) return undefined;
      const enforced = rules === undefined ? {} : { rules };
      return typed(name, RBACSchema, { ...enforced, ...triedRules(tried, action), statPrefix: "tcp." });
    },
  };
}

const FILTERS: readonly NetworkFilter[] = RBAC_ACTIONS.map(rbac);

/** What stands before the proxy of a chain. */
export function chainFilters(guard: Omit<Guard, "trustsForwardedFor">): Init<typeof FilterSchema>[] {
  return [
    ...guard.authorizers.flatMap((authorizer) => externalConnectionAuthorization(authorizer, guard)),
    ...FILTERS.flatMap(({ inChain }) => inChain(guard) ?? []),
  ];
}
