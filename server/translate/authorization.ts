import type { Any } from "@bufbuild/protobuf/wkt";
import { matchesLabels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import {
  RBACSchema as HttpRbacSchema,
  RBACPerRouteSchema,
} from "#proto/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js";
import { RBACSchema as NetworkRbacSchema } from "#proto/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js";
import { labelText } from "#server/compile/label-text.ts";
import type { World } from "#server/compile/world.ts";
import { buildRbac, type ForwardedForTrust } from "#server/translate/build-rbac.ts";
import type { HttpFilterInit } from "#server/translate/http-connection-manager.ts";
import { type Init, pack, typed } from "#server/translate/pack.ts";

type Policies = readonly Resource<"AuthorizationPolicy">[];

/** In the order in which they are asked. */
const ACTIONS = ["AUDIT", "DENY", "ALLOW"] as const;
const filterName = (action: (typeof ACTIONS)[number]): string => `envoy.filters.http.rbac.${action.toLowerCase()}`;

/** The policies that guard a workload: those of its namespace and of the root, as far as their selectors reach. */
export function policiesFor(world: World, namespace: string, labels: Readonly<Record<string, string>>): Policies {
  return world.deriveList(`policies of ${namespace} ${labelText(labels)}`, () =>
    world
      .ofNamespace("AuthorizationPolicy", namespace)
      .filter(({ spec }) => matchesLabels(labels, spec.selector?.matchLabels)),
  );
}

/**
 * The filters that ask the policies, off until a route configuration brings rules. Rules in the listener would leave the
 * connections that are open with the old ones; a route configuration holds from the next request on, on every connection.
 */
export const AUTHORIZATION_FILTERS: readonly HttpFilterInit[] = ACTIONS.map((action) => ({
  ...typed(filterName(action), HttpRbacSchema, {}),
  disabled: true,
}));

/** The rules of all policies for a port, for `typedPerFilterConfig` of a whole route configuration. */
export function buildAuthorization(
  policies: Policies,
  trustDomain: string,
  port: number,
  trustsForwardedFor: ForwardedForTrust,
): Record<string, Any> {
  return Object.fromEntries(
    ACTIONS.flatMap((action) => {
      const rules = buildRbac({ policies, action, trustDomain, port, isHttp: true, trustsForwardedFor });
      return rules === undefined ? [] : [[filterName(action), pack(RBACPerRouteSchema, { rbac: { rules } })]];
    }),
  );
}

/**
 * The rules of all policies for a port that is not HTTP: they hold for connections, when they are opened. They stand in the
 * filter chain, whose connections end with every change of it: what bears on other ports, or on HTTP alone, leaves no trace.
 */
export function buildTcpAuthorization(
  policies: Policies,
  trustDomain: string,
  port: number,
): Init<typeof FilterSchema>[] {
  return ACTIONS.flatMap((action) => {
    const rules = buildRbac({ policies, action, trustDomain, port, isHttp: false, trustsForwardedFor: [] });
    const isIdle = action !== "ALLOW" && Object.keys(rules?.policies ?? {}).length === 0;
    return rules === undefined || isIdle
      ? []
      : [typed("envoy.filters.network.rbac", NetworkRbacSchema, { rules, statPrefix: "tcp." })];
  });
}
