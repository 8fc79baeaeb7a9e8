import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";
import { namespacesIn } from "#core/resolve/callers-of.ts";
import { originOfRoute } from "#core/resolve/connection-routes.ts";
import { placesOfRoute, type RoutePlace } from "#core/resolve/delegates.ts";
import { resolveGatewayChains } from "#core/resolve/gateway-chains.ts";
import { resolveGatewayPorts } from "#core/resolve/gateway-ports.ts";
import { type GatewayRoute, resolveGatewayRoutes } from "#core/resolve/gateway-routes.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import { hostsLedTo } from "#core/resolve/hosts-led-to.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { sourceLabelsOf } from "#core/resolve/virtual-service.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/**
 * The route of a VirtualService that brings requests or connections of a gateway, `namespace/name`, to a host, as it stands in
 * `writtenIn`: the ref of that one, or of one that it delegates to; with `at`, the one that stands there. Undefined where there is
 * no such gateway, no server of it lets the hosts in, or the routes are for others. Asked of the workload that
 * carries the labels of the gateway's selector, and of those that its matches ask for too, in each namespace that the VirtualService is exported to by name, in
 * the gateway's, and in `others`: who sees no rival of it may be anywhere.
 */
export function findArrival(
  reader: MeshReader,
  gateway: string,
  service: Resource<"VirtualService">,
  host: string,
  others: readonly string[],
  writtenIn: string = formatRef(refOf(service)),
  at?: string,
): RoutePlace | undefined {
  const named = reader.gatewayNamed(gateway);
  if (named === undefined) return undefined;
  const selector = gatewaySelector(named);
  const { metadata, spec } = service;
  const ref = formatRef(refOf(service));
  const namespaces = new Set([metadata.namespace, named.metadata.namespace, ...namespacesIn(spec.exportTo), ...others]);
  const leadsHere = (destinations: readonly RouteDestination[] = []): boolean =>
    hostsLedTo(destinations, metadata.namespace, reader.mesh.domainSuffix).has(host);
  const find = (places: readonly RoutePlace[]): RoutePlace | undefined =>
    places.find(({ resource, path }) => resource === writtenIn && (at === undefined || path === at));
  const isIts = (each: GatewayRoute["service"]): boolean => formatRef(refOf(each)) === ref;
  const routing = reader.boundTo(gateway).find(isIts) ?? service;
  const workloads = [selector, ...sourceLabelsOf(routing).map((asked) => ({ ...asked, ...selector }))];
  for (const labels of new Map(workloads.map((each) => [formatLabels(each), each])).values())
    for (const { port, groups } of resolveGatewayPorts(reader.gatewaysFor(labels)).ports)
      for (const namespace of namespaces) {
        const chains = resolveGatewayChains(reader, { port, groups }, { namespace, labels });
        for (const { group, connections, passage } of chains) {
          if (passage !== undefined) continue;
          if (connections !== undefined) {
            const place = find([originOfRoute(connections)]);
            if (
              place !== undefined &&
              group.servers.some(({ gateway: each }) => formatGateway(each) === gateway) &&
              leadsHere(connections.destinations)
            )
              return place;
            continue;
          }
          const found = find(
            resolveGatewayRoutes(reader, group.servers, { namespace, labels, port })
              .flatMap(({ routes }) => routes)
              .filter((each) => isIts(each.service) && each.gateway === gateway && leadsHere(each.route.http.route))
              .flatMap((each) => placesOfRoute(each.service, each.route.index)),
          );
          if (found !== undefined) return found;
        }
      }
  return undefined;
}

const formatLabels = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());

function formatGateway({ metadata }: Resource<"Gateway">): string {
  return `${metadata.namespace}/${metadata.name}`;
}
