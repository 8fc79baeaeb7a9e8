import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { PEER_HEADER } from "#core/telemetry/access-log.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { buildDefaultRoute, buildRoutes, routePath } from "#server/translate/build-routes.ts";
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
  return (service.spec.http ?? []).map((_, index) => ({ resource, path: routePath(index) }));
}

/** The virtual hosts of a host, one for each of its HTTP ports in each route configuration. */
export function buildVirtualHosts(host: string, context: OutboundContext): BuiltVirtualHost[] {
  const { world, namespace, labels } = context;
  const service = world.service(host, namespace);
  const [virtualService] = world.virtualServices(host, namespace, "mesh");
  const ports =
    service === undefined
      ? portsWithoutService(virtualService)
      : service.ports.filter((port) => isHttp(protocolOf(port))).map(({ number }) => number);
  return ports.flatMap((port) => {
    const routes =
      virtualService?.spec.http === undefined
        ? []
        : buildRoutes(virtualService, { world, namespace, gateway: "mesh", port, labels });
    const hasService = service !== undefined;
    if (routes.length === 0 && !hasService) return [];
    const used = virtualService !== undefined && virtualService.spec.http !== undefined;
    const origins: Origin[] = [
      ...(used ? originsOf(virtualService) : []),
      ...(hasService ? [{ resource: formatRef(refOf(service.entry)) }] : []),
    ];
    return context.routeConfigs(port).map(({ name: routeConfig, impliesPort }) => ({
      routeConfig,
      name: `${host}:${port}`,
      init: {
        domains: domainsOf(host, port, namespace, world.mesh.domainSuffix, impliesPort),
        // A VirtualService that applies is the whole truth: what none of its routes match is not found.
        routes: used ? routes : [buildDefaultRoute(world, namespace, host, port)],
        includeRequestAttemptCount: true,
        ...(service?.entry.spec.location === "MESH_INTERNAL" ? {} : { requestHeadersToRemove: [PEER_HEADER] }),
      },
      origins,
    }));
  });
}

/** A host that only a VirtualService names is called on port 80, or on the ports its matches name. */
function portsWithoutService(service: Resource<"VirtualService"> | undefined): number[] {
  if (service?.spec.http === undefined) return [];
  const named = service.spec.http.flatMap(({ match = [] }) => match.flatMap(({ port }) => port ?? []));
  return named.length === 0 ? [80] : [...new Set(named)];
}
