import { expandHost, isWildcard } from "#core/host/host.ts";
import type { Service } from "#core/model/service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { World } from "#server/compile/world.ts";
import { domainsOf, type PortInHost } from "#server/envoy/names.ts";
import type { Init } from "#server/envoy/pack.ts";
import { mayBeHttp, protocolOf } from "#server/envoy/protocol.ts";
import { REQUEST_BUFFER_BYTES } from "#server/envoy/routes/build-retries.ts";
import {
  buildDefaultRoute,
  buildRoutes,
  type RouteContext,
  type RouteInit,
  routePath,
} from "#server/envoy/routes/build-routes.ts";

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
}

export interface OutboundContext {
  readonly world: World;
  readonly namespace: string;
  /** Labels that routes ask about; empty where none do. */
  readonly labels: Readonly<Record<string, string>>;
  /** Route configurations that hold a host's port. */
  readonly routeConfigs: (port: number) => readonly { readonly name: string; readonly portInHost: PortInHost }[];
}

export function originsOf(service: Resource<"VirtualService">): Origin[] {
  const resource = formatRef(refOf(service));
  return [
    ...(service.spec.http ?? []).map((_, index) => ({ resource, path: routePath(index) })),
    ...(service.spec.tcp ?? []).map((_, index) => ({ resource, path: `spec.tcp[${index}]` })),
  ];
}

/** The virtual hosts of a host, one for each of its HTTP ports in each route configuration. */
export function buildVirtualHosts(host: string, context: OutboundContext): BuiltVirtualHost[] {
  const { world, namespace } = context;
  const service = world.service(host, namespace);
  return routedPorts(host, context).flatMap(({ port, used }) => {
    const hasService = service !== undefined;
    const origins: Origin[] = [
      ...(used === undefined ? [] : originsOf(used.service)),
      ...(hasService ? service.declarations.map(({ source }) => ({ resource: source.ref })) : []),
    ];
    const isDetected = service?.ports.some((each) => each.number === port && protocolOf(each) === "auto") === true;
    // A short form that callers here may use for another host is that one's.
    const isTaken = (name: string): boolean =>
      world.hasHost(name) && routedPorts(name, context).some((other) => other.port === port);
    return context.routeConfigs(port).map(({ name: routeConfig, portInHost }) => ({
      routeConfig,
      name: `${host}:${port}`,
      init: {
        domains: domainsOf(host, port, namespace, world.mesh.domainSuffix, portInHost, isTaken),
        routes: used?.routes ?? [buildDefaultRoute(world, namespace, host, port)],
        includeRequestAttemptCount: true,
        requestBodyBufferLimit: REQUEST_BUFFER_BYTES,
      },
      origins,
      isDetected,
    }));
  });
}

interface RoutedPort {
  readonly port: number;
  /** Absent where the service's own route is all there is. */
  readonly used: ReturnType<typeof firstWithRoutes>;
}

/** Ports under which callers find a host, with what routes them. */
function routedPorts(host: string, { world, namespace, labels }: OutboundContext): RoutedPort[] {
  const service = world.service(host, namespace);
  const virtualServices = world.virtualServices(host, namespace, "mesh");
  const at = (port: number) => ({ world, namespace, gateway: "mesh", port, labels });
  if (service !== undefined)
    return service.ports
      .filter((port) => mayBeHttp(protocolOf(port)))
      .map(({ number: port }) => ({ port, used: firstWithRoutes(virtualServices, at(port)) }));
  const portsOf = new Map(virtualServices.map((each) => [each, portsWithoutService(each, world, namespace)]));
  // Services under a pattern have virtual hosts of their own: the pattern has none beside them.
  const own = new Set(isWildcard(host) ? httpPorts(world.servicesUnder(host, namespace)) : []);
  return [...new Set([...portsOf.values()].flat())].flatMap((port) => {
    if (own.has(port)) return [];
    const used = firstWithRoutes(
      virtualServices.filter((each) => portsOf.get(each)?.includes(port)),
      at(port),
    );
    return used === undefined ? [] : [{ port, used }];
  });
}

/**
 * The VirtualService that has rules for these callers; it is the whole truth to them: what none of its routes match is
 * not found. One whose rules are all for others is as if it were not there.
 */
export function firstWithRoutes(
  services: readonly Resource<"VirtualService">[],
  context: RouteContext,
): { readonly service: Resource<"VirtualService">; readonly routes: RouteInit[] } | undefined {
  for (const service of services) {
    const routes = buildRoutes(service, context);
    if (routes.length > 0) return { service, routes };
  }
  return undefined;
}

/** A host that only a VirtualService names is called on port 80, or on the ports its matches name, and on those of the services it names besides. */
function portsWithoutService(
  { spec, metadata }: Resource<"VirtualService">,
  world: World,
  namespace: string,
): number[] {
  if (spec.http === undefined) return [];
  const named = spec.http.flatMap(({ match = [] }) => match.flatMap(({ port }) => port ?? []));
  const beside = (spec.hosts ?? []).flatMap((each) =>
    httpPorts(world.servicesUnder(expandHost(each, metadata.namespace, world.mesh.domainSuffix), namespace)),
  );
  return [...new Set([...(named.length === 0 ? [80] : named), ...beside])];
}

function httpPorts(services: readonly Service[]): number[] {
  return services.flatMap(({ ports }) =>
    ports.filter((port) => mayBeHttp(protocolOf(port))).map(({ number }) => number),
  );
}
