import { expandHost } from "#core/host/host.ts";
import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";
import { namespacesIn } from "#core/resolve/callers-of.ts";
import { resolveGatewayChains } from "#core/resolve/gateway-chains.ts";
import { gatewaySelector, resolveGatewayPorts } from "#core/resolve/gateway-ports.ts";
import { type GatewayRoute, resolveGatewayRoutes } from "#core/resolve/gateway-routes.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/**
 * Whether a VirtualService brings requests or connections of a gateway, `namespace/name`, to a host. It does not where there is
 * no such gateway, no server of it lets the hosts in, or the routes are for others. Asked of the workload that
 * carries the labels of the gateway's selector and no more, in each namespace that the VirtualService is exported to.
 */
export function findArrival(
  reader: MeshReader,
  gateway: string,
  service: Resource<"VirtualService">,
  host: string,
): boolean {
  const named = reader.gatewayNamed(gateway);
  if (named === undefined) return false;
  const labels = gatewaySelector(named);
  const { metadata, spec } = service;
  const ref = formatRef(refOf(service));
  const namespaces = new Set([metadata.namespace, ...namespacesIn(spec.exportTo)]);
  const leadsHere = (destinations: readonly RouteDestination[] = []): boolean =>
    destinations.some(
      ({ destination }) => expandHost(destination.host, metadata.namespace, reader.mesh.domainSuffix) === host,
    );
  const isIts = (each: GatewayRoute["service"]): boolean => formatRef(refOf(each)) === ref;
  for (const { port, groups } of resolveGatewayPorts(reader.gatewaysFor(labels)).ports)
    for (const namespace of namespaces) {
      const chains = resolveGatewayChains(reader, { port, groups }, { namespace, labels });
      for (const { group, connections } of chains) {
        if (connections !== undefined) {
          if (
            group.servers.some(({ gateway: each }) => formatGateway(each) === gateway) &&
            isIts(connections.service) &&
            leadsHere(connections.destinations)
          )
            return true;
          continue;
        }
        const found = resolveGatewayRoutes(reader, group.servers, { namespace, labels, port })
          .flatMap(({ routes }) => routes)
          .some((each) => isIts(each.service) && each.gateway === gateway && leadsHere(each.route.http.route));
        if (found) return true;
      }
    }
  return false;
}

function formatGateway({ metadata }: Resource<"Gateway">): string {
  return `${metadata.namespace}/${metadata.name}`;
}
