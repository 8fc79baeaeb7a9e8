import { protocolOf } from "#core/model/protocol.ts";
import type { Service } from "#core/model/service.ts";
import { placesOfRoutes } from "#core/resolve/delegates.ts";
import { looksUpHosts } from "#core/resolve/looks-up-hosts.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { resolveRoutedPorts } from "#core/resolve/routed-ports.ts";
import { virtualIpv6 } from "#core/schema/virtual-addresses.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { RouteNeeds } from "#server/envoy/features/http-filter.ts";
import { domainsOf, type PortInHost } from "#server/envoy/names.ts";
import type { Init } from "#server/envoy/pack.ts";
import { REQUEST_BUFFER_BYTES } from "#server/envoy/routes/build-retries.ts";
import { buildDefaultRoute, buildResolvedRoutes } from "#server/envoy/routes/build-routes.ts";
import type { OutboundReader } from "#server/envoy/scoped-reader.ts";

export type VirtualHostInit = Init<typeof VirtualHostSchema>;

/** One virtual host of one route configuration, before it is encoded. */
export interface BuiltVirtualHost {
  readonly routeConfig: string;
  /** Name within the configuration: `host:port`. */
  readonly name: string;
  readonly init: VirtualHostInit;
  readonly origins: readonly Origin[];
  /** Callers on this port may speak HTTP or not. */
  readonly isDetected: boolean;
  readonly needs: RouteNeeds;
}

export interface OutboundContext {
  readonly world: OutboundReader;
  /** The same where routes lead. */
  readonly called: CallerReader;
  readonly namespace: string;
  /** Labels that routes ask about; empty where none do. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where callers may mean the service by its address alone. */
  readonly addressesOf?: (service: Service, port: number) => readonly string[];
  /** Route configurations that hold a host's port. */
  readonly routeConfigs: (port: number) => readonly { readonly name: string; readonly portInHost: PortInHost }[];
}

/** The virtual hosts of a host, one for each of its HTTP ports in each route configuration. */
export function buildVirtualHosts(host: string, context: OutboundContext): BuiltVirtualHost[] {
  const { world, called, namespace, labels } = context;
  const service = world.service(host, namespace);
  return resolveRoutedPorts(world, host, context).flatMap(({ port, used }) => {
    const hasService = service !== undefined;
    const origins: Origin[] = [
      ...(used === undefined ? [] : placesOfRoutes(used.service)),
      ...(hasService ? service.declarations.map(({ source }) => ({ resource: source.ref })) : []),
    ];
    const protocols = (service?.ports ?? []).filter((each) => each.number === port).map(protocolOf);
    // Where routes lead callers may know more than what they can name.
    const at = { world: called, namespace, gateway: "mesh", port, labels };
    const routes = used === undefined ? [buildDefaultRoute(at, host, port)] : buildResolvedRoutes(used, at);
    // A short form that callers here may use for another host is that one's.
    const isTaken = (name: string): boolean =>
      world.hasHost(name) && resolveRoutedPorts(world, name, context).some((other) => other.port === port);
    // A host that is called as an address is that one's, for whoever has it.
    const addresses =
      service === undefined
        ? []
        : (context.addressesOf?.(service, port) ?? []).filter((each) => !isTaken(each)).flatMap(addressForms);
    const needs = {
      takesGrpcWeb: protocols.includes("grpc-web"),
      looksUpHosts: looksUpHosts(called, host, used, namespace),
    };
    return context.routeConfigs(port).map(({ name: routeConfig, portInHost }) => ({
      routeConfig,
      name: `${host}:${port}`,
      init: {
        domains: [...domainsOf(host, port, namespace, world.mesh.domainSuffix, portInHost, isTaken), ...addresses],
        routes,
        includeRequestAttemptCount: world.settings().routeHeaders.isAttemptTold,
        requestBodyBufferLimit: REQUEST_BUFFER_BYTES,
      },
      origins,
      isDetected: protocols.includes("auto"),
      needs,
    }));
  });
}

/** As requests have it for a host, and the address of IPv6 that stands beside it. */
function addressForms(address: string): readonly string[] {
  const beside = virtualIpv6(address);
  return [address, ...(beside === undefined ? [] : [beside])].map((each) => (each.includes(":") ? `[${each}]` : each));
}
