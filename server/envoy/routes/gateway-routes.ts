import { create } from "@bufbuild/protobuf";
import { bySpecificity } from "#core/host/host.ts";
import type { GatewayServer } from "#core/kinds/gateway/schema.ts";
import { hostPart, resolveGatewayHosts } from "#core/resolve/gateway-hosts.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Origin, ProxyNode } from "#core/xds/layer.ts";
import { VirtualHost_TlsRequirementType } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { guardFilters } from "#server/envoy/features/http-filters.ts";
import { REQUEST_BUFFER_BYTES } from "#server/envoy/routes/build-retries.ts";
import { buildRoutes, DIRECT_RESPONSE_BYTES_MAX, type RouteInit } from "#server/envoy/routes/build-routes.ts";
import { originsOf } from "#server/envoy/routes/virtual-hosts.ts";

export interface PlacedServer {
  readonly gateway: Resource<"Gateway">;
  readonly index: number;
  readonly server: GatewayServer;
}

/** Servers that share a filter chain, and with it their routes. */
export interface ServerGroup {
  /** Of the route configuration. */
  readonly name: string;
  readonly servers: readonly PlacedServer[];
  /** Server names of its TLS connections; empty for all of them, and for plain text. */
  readonly sni: readonly string[];
}

export interface GatewayContext {
  readonly world: CompileReader;
  readonly node: ProxyNode;
  readonly labels: Readonly<Record<string, string>>;
  /** Those that guard the gateway. */
  readonly policies: readonly Resource<"AuthorizationPolicy">[];
}

interface GatewayHost {
  readonly routes: RouteInit[];
  redirectsToTls: boolean;
}

/**
 * Virtual hosts of a gateway port. Each VirtualService bound to its gateways is there under the narrower of its hosts and
 * the servers', and nowhere else; several for one host add up, the first in order before the next (Istio's
 * `buildGatewayHTTPRouteConfig`).
 */
export function buildGatewayRoutes(
  { name, servers }: ServerGroup,
  port: number,
  { world, node, labels, policies }: GatewayContext,
): { config: RouteConfiguration; origins: Origin[] } {
  const hosts = new Map<string, GatewayHost>();
  const at = (host: string): GatewayHost => {
    const known = hosts.get(host) ?? { routes: [], redirectsToTls: false };
    hosts.set(host, known);
    return known;
  };
  const used = new Set<string>();
  const origins: Origin[] = policies.map((policy) => ({ resource: formatRef(refOf(policy)) }));
  for (const { gateway, server } of servers) {
    const id = `${gateway.metadata.namespace}/${gateway.metadata.name}`;
    const redirectsToTls = server.tls?.httpsRedirect === true;
    const isTls = server.tls !== undefined;
    for (const { service, hosts: common } of resolveGatewayHosts(world, gateway, server, node.namespace)) {
      const routes = buildRoutes(service, { world, namespace: node.namespace, gateway: id, port, labels, isTls });
      // One whose matches are all for other gateways or ports is as if it were not there.
      if (routes.length === 0) continue;
      origins.push(...originsOf(service));
      for (const host of common) {
        const virtualHost = at(host);
        virtualHost.redirectsToTls ||= redirectsToTls;
        // Two servers of one gateway may both let the host in.
        const key = `${id} ${formatRef(refOf(service))} ${host}`;
        if (used.has(key)) continue;
        used.add(key);
        virtualHost.routes.push(...routes);
      }
    }
    if (redirectsToTls) for (const host of server.hosts.map(hostPart)) at(host).redirectsToTls = true;
  }
  const ordered = [...hosts].sort(([a], [b]) => bySpecificity(a, b) || a.localeCompare(b));
  const virtualHosts = ordered.map(([host, { routes, redirectsToTls }]) => ({
    name: `${host}:${port}`,
    domains: [host],
    routes: catchAllsLast(routes),
    includeRequestAttemptCount: true,
    requestBodyBufferLimit: REQUEST_BUFFER_BYTES,
    ...(redirectsToTls ? { requireTls: VirtualHost_TlsRequirementType.ALL } : {}),
  }));
  const blackhole = { name: `blackhole:${port}`, domains: ["*"], routes: [] };
  const config = create(RouteConfigurationSchema, {
    name,
    virtualHosts: hosts.has("*") ? virtualHosts : [...virtualHosts, blackhole],
    validateClusters: false,
    // Whatever port clients see, behind a balancer or a forwarded port.
    ignorePortInHostMatching: true,
    maxDirectResponseBodySizeBytes: DIRECT_RESPONSE_BYTES_MAX,
    typedPerFilterConfig: guardFilters({
      policies,
      trustDomain: world.mesh.trustDomain,
      port,
      trustsForwardedFor: "everybody",
    }),
  });
  return { config, origins };
}

/** A catch-all of one VirtualService does not hide the next one's specific routes. */
function catchAllsLast(routes: readonly RouteInit[]): RouteInit[] {
  const isCatchAll = (route: RouteInit): boolean => {
    const path = route.match?.pathSpecifier;
    const takesAll =
      (path?.case === "prefix" && path.value === "/") || (path?.case === "safeRegex" && path.value.regex === ".*");
    return takesAll && (route.match?.headers ?? []).length === 0 && (route.match?.queryParameters ?? []).length === 0;
  };
  return [...routes.filter((route) => !isCatchAll(route)), ...routes.filter(isCatchAll)];
}
