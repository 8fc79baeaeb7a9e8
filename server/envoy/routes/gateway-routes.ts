import { create } from "@bufbuild/protobuf";
import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import type { Authorizer } from "#core/resolve/authorizers.ts";
import { placesOfRoute, placesOfRoutes } from "#core/resolve/delegates.ts";
import type { ServerGroup } from "#core/resolve/gateway-ports.ts";
import { type GatewayRoute, resolveGatewayRoutes } from "#core/resolve/gateway-routes.ts";
import type { GuardingPolicy } from "#core/resolve/guarding-policy.ts";
import type { Origin, ProxyNode } from "#core/xds/layer.ts";
import { VirtualHost_TlsRequirementType } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import type { HttpGuard } from "#server/envoy/features/guard.ts";
import { guardFilters, guardMetadata, guardOrigins, limitRoute } from "#server/envoy/features/http-filters.ts";
import { limitsOver, ofAllRoutes, ofRoute } from "#server/envoy/features/limits-over.ts";
import { REQUEST_BUFFER_BYTES } from "#server/envoy/routes/build-retries.ts";
import { buildResolvedRoutes, DIRECT_RESPONSE_BYTES_MAX, type RouteInit } from "#server/envoy/routes/build-routes.ts";

export interface GatewayContext {
  readonly world: CompileReader;
  readonly node: ProxyNode;
  readonly labels: Readonly<Record<string, string>>;
  /** Those that guard the gateway. */
  readonly policies: readonly GuardingPolicy[];
  readonly authorizers: readonly Authorizer[];
}

/** The route configuration `name` of servers of a gateway port that share it. */
export function buildGatewayRoutes(
  name: string,
  { servers }: ServerGroup,
  port: number,
  { world, node, labels, policies, authorizers }: GatewayContext,
): { config: RouteConfiguration; origins: Origin[] } {
  const { namespace } = node;
  const limits = limitsOver(world, namespace, labels);
  const guard: HttpGuard = {
    policies,
    limits: ofAllRoutes(limits),
    authorizers,
    trustDomains: trustDomainsOf(world.mesh, world.settings()),
    port,
    trustsForwardedFor: "everybody",
  };
  const built = new Map<GatewayRoute, RouteInit[]>();
  // Once, however many hosts a route is for.
  const build = (each: GatewayRoute): RouteInit[] => {
    const { service, route, gateway, isTls } = each;
    const known =
      built.get(each) ??
      buildResolvedRoutes({ service, routes: [route] }, { world, namespace, gateway, port, labels, isTls }).map(
        (init) => limitRoute(init, ofRoute(limits, placesOfRoute(service, route.index)), guard),
      );
    built.set(each, known);
    return known;
  };
  const hosts = resolveGatewayRoutes(world, servers, { namespace, labels, port });
  const virtualHosts = hosts.map(({ host, routes, redirectsToTls }) => ({
    name: `${host}:${port}`,
    domains: [host],
    routes: routes.flatMap(build),
    includeRequestAttemptCount: world.settings().routeHeaders.isAttemptTold,
    requestBodyBufferLimit: REQUEST_BUFFER_BYTES,
    ...(redirectsToTls ? { requireTls: VirtualHost_TlsRequirementType.ALL } : {}),
  }));
  const routed = new Set(hosts.flatMap(({ routes }) => routes.map(({ service }) => service)));
  const blackhole = { name: `blackhole:${port}`, domains: ["*"], routes: [] };
  // What is for routes that are not here bears on nothing.
  const ofRoutes = [...built].map(([{ service, route }]) => ofRoute(limits, placesOfRoute(service, route.index)));
  const bearing: HttpGuard = { ...guard, limits: [...new Set([...guard.limits, ...ofRoutes.flat()])] };
  const origins: Origin[] = [...guardOrigins(bearing), ...[...routed].flatMap(placesOfRoutes)];
  const config = create(RouteConfigurationSchema, {
    name,
    virtualHosts: hosts.some(({ host }) => host === "*") ? virtualHosts : [...virtualHosts, blackhole],
    validateClusters: false,
    // Whatever port clients see, behind a balancer or a forwarded port.
    ignorePortInHostMatching: true,
    maxDirectResponseBodySizeBytes: DIRECT_RESPONSE_BYTES_MAX,
    typedPerFilterConfig: guardFilters(guard),
    ...guardMetadata(guard, ofRoutes),
  });
  return { config, origins };
}
