import { expandHost } from "#core/host/host.ts";
import { namespacesIn } from "#core/resolve/callers-of.ts";
import { resolveGatewayPorts } from "#core/resolve/gateway-ports.ts";
import { type GatewayRoute, resolveGatewayRoutes } from "#core/resolve/gateway-routes.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/**
 * The route by which a VirtualService brings requests of a gateway, `namespace/name`, to a host; undefined where it brings
 * none: there is no such gateway, no server of it lets the hosts in, or the routes are for others. Asked of the workload that
 * carries the labels of the gateway's selector and no more, in each namespace that the VirtualService is exported to.
 */
export function findArrival(
  reader: MeshReader,
  gateway: string,
  service: Resource<"VirtualService">,
  host: string,
): GatewayRoute | undefined {
  const named = reader.gatewayNamed(gateway);
  if (named === undefined) return undefined;
  const labels = named.spec.selector ?? {};
  const { metadata, spec } = service;
  const ref = formatRef(refOf(service));
  const namespaces = new Set([metadata.namespace, ...namespacesIn(spec.exportTo)]);
  const leadsHere = ({ route: { http } }: GatewayRoute): boolean =>
    (http.route ?? []).some(
      ({ destination }) => expandHost(destination.host, metadata.namespace, reader.mesh.domainSuffix) === host,
    );
  for (const { port, groups } of resolveGatewayPorts(reader.gatewaysFor(labels)).ports)
    for (const { servers } of groups)
      for (const namespace of namespaces) {
        const hosts = resolveGatewayRoutes(reader, servers, { namespace, labels, port });
        const found = hosts
          .flatMap(({ routes }) => routes)
          .find((each) => formatRef(refOf(each.service)) === ref && each.gateway === gateway && leadsHere(each));
        if (found !== undefined) return found;
      }
  return undefined;
}
