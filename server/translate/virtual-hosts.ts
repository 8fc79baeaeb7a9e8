import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { PEER_HEADER } from "#core/telemetry/access-log.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import {
  buildDefaultRoute,
  buildRoutes,
  REQUEST_BUFFER_BYTES,
  type RouteContext,
  type RouteInit,
  routePath,
} from "#server/translate/build-routes.ts";
import { domainsOf } from "#server/translate/names.ts";
import type { Init } from "#server/translate/pack.ts";
import { isHttp, protocolOf } from "#server/translate/protocol.ts";
import type { World } from "#server/translate/world.ts";

export type VirtualHostInit = Init<typeof VirtualHostSchema>;

/** One virtual host of one route configuration, before it is encoded. */
export interface BuiltVirtualHost {
  readonly routeConfig: string;
  /** Name within the configuration: `host:port`. */
  readonly name: string;
  readonly init: VirtualHostInit;
  readonly origins: readonly Origin[];
}

export interface OutboundContext {
  readonly world: World;
  readonly namespace: string;
  /** Labels that routes ask about; empty where none do. */
  readonly labels: Readonly<Record<string, string>>;
  /** Route configurations that hold a host's port, and whether callers may leave the port out. */
  readonly routeConfigs: (port: number) => readonly { readonly name: string; readonly impliesPort: boolean }[];
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
  const { world, namespace, labels } = context;
  const service = world.service(host, namespace);
  const virtualServices = world.virtualServices(host, namespace, "mesh");
  const ports =
    service === undefined
      ? portsWithoutService(virtualServices[0])
      : service.ports.filter((port) => isHttp(protocolOf(port))).map(({ number }) => number);
  return ports.flatMap((port) => {
    const used = firstWithRoutes(virtualServices, { world, namespace, gateway: "mesh", port, labels });
    const hasService = service !== undefined;
    if (used === undefined && !hasService) return [];
    const origins: Origin[] = [
      ...(used === undefined ? [] : originsOf(used.service)),
      ...(hasService ? [{ resource: formatRef(refOf(service.entry)) }] : []),
    ];
    return context.routeConfigs(port).map(({ name: routeConfig, impliesPort }) => ({
      routeConfig,
      name: `${host}:${port}`,
      init: {
        // A short form that is the whole name of another host is that one's.
        domains: domainsOf(host, port, namespace, world.mesh.domainSuffix, impliesPort, (name) => world.hasHost(name)),
        routes: used?.routes ?? [buildDefaultRoute(world, namespace, host, port)],
        includeRequestAttemptCount: true,
        requestBodyBufferLimit: REQUEST_BUFFER_BYTES,
        ...(service?.entry.spec.location === "MESH_INTERNAL" ? {} : { requestHeadersToRemove: [PEER_HEADER] }),
      },
      origins,
    }));
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

/** A host that only a VirtualService names is called on port 80, or on the ports its matches name. */
function portsWithoutService(service: Resource<"VirtualService"> | undefined): number[] {
  if (service?.spec.http === undefined) return [];
  const named = service.spec.http.flatMap(({ match = [] }) => match.flatMap(({ port }) => port ?? []));
  return named.length === 0 ? [80] : [...new Set(named)];
}
