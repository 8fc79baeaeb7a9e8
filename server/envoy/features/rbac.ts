import { RBACPerRouteSchema, RBACSchema } from "#proto/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js";
import { buildRbac, buildTriedRules, triedPrefix, triedRules } from "#server/envoy/features/build-rbac.ts";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import type { RbacAction } from "#server/envoy/features/rbac-input.ts";
import { pack, typed } from "#server/envoy/pack.ts";

/**
 * Asks the policies of one action, with the rules that a route configuration brings. Rules in the listener would leave the
 * connections that are open with the old ones; a route configuration holds from the next request on, on every connection.
 */
export function rbac(action: RbacAction): HttpFilter {
  const name = `envoy.filters.http.rbac.${action.toLowerCase()}`;
  const filter = { ...typed(name, RBACSchema, { shadowRulesStatPrefix: triedPrefix(action) }), disabled: true };
  return {
    name,
    phase: "authorization",
    inListener: (direction) => (direction === "outbound" ? undefined : filter),
    onRoutes(guard) {
      const input = { ...guard, action, isHttp: true };
      const rules = buildRbac(input);
      const tried = triedRules(buildTriedRules(input), action);
      if (rules === undefined && tried === undefined) return undefined;
      return pack(RBACPerRouteSchema, { rbac: { ...(rules === undefined ? {} : { rules }), ...tried } });
    },
  };
}
