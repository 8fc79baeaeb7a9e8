import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";
import { isHttp, type PortProtocol } from "#core/model/protocol.ts";
import { Claims } from "#core/resolve/claims.ts";
import type { RoutePlace } from "#core/resolve/delegates.ts";
import { isForCaller, type RouteCaller } from "#core/resolve/routes.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type VirtualService = Resource<"VirtualService">;

/** Where connections of a port go, by a route of a VirtualService. */
export interface ConnectionRoute {
  readonly service: VirtualService;
  /** Where it is written: `spec.tcp[0]`, `spec.tls[1]`. */
  readonly path: string;
  readonly destinations: readonly RouteDestination[];
  /** Server names of its TLS connections; empty: any, and none. */
  readonly serverNames: readonly string[];
  /** Addresses that callers connect to, as CIDR ranges; empty: any. */
  readonly subnets: readonly string[];
}

/**
 * Routes of TCP connections for these callers, the deciding one first (Istio's `buildSidecarOutboundTCPFilterChainOpts`). They end
 * with the first that takes every connection; what none of them takes goes where it is made to.
 */
function resolveTcpRoutes(services: readonly VirtualService[], caller: RouteCaller): readonly ConnectionRoute[] {
  const routes: ConnectionRoute[] = [];
  const claims = new Claims();
  for (const service of services)
    for (const [index, { match = [], route: destinations = [] }] of (service.spec.tcp ?? []).entries()) {
      if (destinations.length === 0) continue;
      const held = match.filter((each) => isForCaller(each, service, caller));
      if (match.length > 0 && held.length === 0) continue;
      const isForAll =
        match.length === 0 || held.some(({ destinationSubnets = [] }) => destinationSubnets.length === 0);
      const subnets = isForAll ? [] : held.flatMap(({ destinationSubnets = [] }) => destinationSubnets);
      routes.push(...claims.take({ service, path: `spec.tcp[${index}]`, destinations, serverNames: [], subnets }));
      if (isForAll) return routes;
    }
  return routes;
}

/** The same of connections whose TLS does not end here. A server name that an earlier route takes is not another's. */
export function resolveTlsRoutes(services: readonly VirtualService[], caller: RouteCaller): readonly ConnectionRoute[] {
  const claims = new Claims();
  return services.flatMap((service) =>
    (service.spec.tls ?? []).flatMap(({ match, route: destinations = [] }, index) =>
      match
        .filter((each) => destinations.length > 0 && isForCaller(each, service, caller))
        .flatMap(({ sniHosts, destinationSubnets: subnets = [] }) =>
          claims.take({
            service,
            path: `spec.tls[${index}]`,
            destinations,
            serverNames: serverNamesOf(sniHosts),
            subnets,
          }),
        ),
    ),
  );
}

/** Of a port of a service: `tcp` says nothing of TLS that is the caller's, `tls` of nothing else, and neither of HTTP, as in Istio. */
export function resolveConnectionRoutes(
  services: readonly VirtualService[],
  protocol: PortProtocol,
  caller: RouteCaller,
): readonly ConnectionRoute[] {
  if (isHttp(protocol)) return [];
  return protocol === "tls" ? resolveTlsRoutes(services, caller) : resolveTcpRoutes(services, caller);
}

/** The one route of connections that come to a gateway's server, whatever address they are made to. */
export function findGatewayTcpRoute(
  services: readonly VirtualService[],
  caller: RouteCaller,
): ConnectionRoute | undefined {
  const [first] = resolveTcpRoutes(services, caller);
  return first === undefined ? undefined : { ...first, subnets: [] };
}

/** As Envoy compares them; `*` is any. */
function serverNamesOf(hosts: readonly string[]): readonly string[] {
  const names = [...new Set(hosts.map((host) => host.toLowerCase().replace(/(?<=.)\.$/, "")))];
  return names.includes("*") ? [] : names;
}

/** Where a route is written, to name it when something is asked about it. */
export function originOfRoute({ service, path }: ConnectionRoute): RoutePlace {
  return { resource: formatRef(refOf(service)), path };
}
