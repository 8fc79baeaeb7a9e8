import { compareNames } from "#core/compare-names.ts";
import { bySpecificity } from "#core/host/host.ts";
import type { RoutingService } from "#core/resolve/delegates.ts";
import { hostPart, resolveGatewayHosts } from "#core/resolve/gateway-hosts.ts";
import type { PlacedServer } from "#core/resolve/gateway-ports.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { isCatchAll, type ResolvedRoute, type RouteCaller, resolveRoutes } from "#core/resolve/routes.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A route of a VirtualService that a gateway's server lets in. */
export interface GatewayRoute {
  readonly service: RoutingService;
  readonly route: ResolvedRoute;
  /** `namespace/name` of the gateway through which it was let in. */
  readonly gateway: string;
  /** The first server of its gateway that lets its VirtualService in has a `tls`, for whatever hosts (Istio's `IsTLS`). */
  readonly isTls: boolean;
}

export interface GatewayHost {
  readonly host: string;
  /** Plain requests are sent to HTTPS. */
  readonly redirectsToTls: boolean;
  readonly routes: readonly GatewayRoute[];
}

/**
 * The hosts of servers that share their routes, the most specific first. Each VirtualService bound to their gateways is there
 * under the narrower of its hosts and the servers', and nowhere else; several for one host add up, the first in order before
 * the next, and what takes everything behind the rest (Istio's `buildGatewayHTTPRouteConfig`).
 */
export function resolveGatewayRoutes(
  reader: MeshReader,
  servers: readonly PlacedServer[],
  { namespace, labels, port }: Omit<RouteCaller, "gateway">,
): readonly GatewayHost[] {
  const hosts = new Map<string, { readonly routes: GatewayRoute[]; redirectsToTls: boolean }>();
  const at = (host: string) => {
    const known = hosts.get(host) ?? { routes: [], redirectsToTls: false };
    hosts.set(host, known);
    return known;
  };
  const used = new Set<string>();
  const firstTls = new Map<string, boolean>();
  for (const { gateway, server } of servers) {
    const id = `${gateway.metadata.namespace}/${gateway.metadata.name}`;
    const redirectsToTls = server.tls?.httpsRedirect === true;
    for (const { service, hosts: common } of resolveGatewayHosts(reader, gateway, server, namespace)) {
      const ofGateway = `${id} ${formatRef(refOf(service))}`;
      const isTls = firstTls.get(ofGateway) ?? server.tls !== undefined;
      firstTls.set(ofGateway, isTls);
      const routes = resolveRoutes(service, { namespace, gateway: id, port, labels }).map(
        (route): GatewayRoute => ({ service, route, gateway: id, isTls }),
      );
      // One whose matches are all for other gateways or ports is as if it were not there.
      if (routes.length === 0) continue;
      for (const host of common) {
        const found = at(host);
        found.redirectsToTls ||= redirectsToTls;
        // Two servers of one gateway may both let the host in.
        const key = `${ofGateway} ${host}`;
        if (used.has(key)) continue;
        used.add(key);
        found.routes.push(...routes);
      }
    }
    if (redirectsToTls) for (const host of server.hosts.map(hostPart)) at(host).redirectsToTls = true;
  }
  return [...hosts]
    .sort(([a], [b]) => bySpecificity(a, b) || compareNames(a, b))
    .map(([host, { routes, redirectsToTls }]) => ({ host, redirectsToTls, routes: catchAllsLast(routes) }));
}

/** A catch-all of one VirtualService does not hide the next one's specific routes. */
function catchAllsLast(routes: readonly GatewayRoute[]): GatewayRoute[] {
  const takesAll = ({ route }: GatewayRoute): boolean => isCatchAll(route.match);
  return [...routes.filter((each) => !takesAll(each)), ...routes.filter(takesAll)];
}
