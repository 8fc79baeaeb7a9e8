import { expandHost, isWildcard } from "#core/host/host.ts";
import { mayBeHttp, protocolOf } from "#core/model/protocol.ts";
import type { Service } from "#core/model/service.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { type DecidingRoutes, type RouteCaller, resolveDecidingRoutes } from "#core/resolve/routes.ts";
import { routedHosts } from "#core/resolve/virtual-service.ts";
import type { Resource } from "#core/resource/resource.ts";

export interface RoutedPort {
  readonly port: number;
  /** Absent where the service's own route is all there is. */
  readonly used: DecidingRoutes | undefined;
}

/**
 * Ports under which callers in the mesh that may speak HTTP find a host, with what routes them there. Where no service of theirs
 * declares it, a VirtualService that they see names it: one that is not for them names nothing to them, whatever else would route it.
 */
export function resolveRoutedPorts(
  reader: CallerReader,
  host: string,
  caller: Pick<RouteCaller, "namespace" | "labels">,
): RoutedPort[] {
  const { namespace } = caller;
  const isTold =
    reader.service(host, namespace) !== undefined ||
    isNamed(reader, reader.virtualServices(host, namespace, "mesh"), host);
  return isTold ? portsOfHost(reader, host, caller) : [];
}

const isNamed = ({ mesh }: CallerReader, routing: readonly Resource<"VirtualService">[], host: string): boolean =>
  routing.some((each) => routedHosts(each, mesh.domainSuffix).includes(host));

function portsOfHost(
  reader: CallerReader,
  host: string,
  { namespace, labels }: Pick<RouteCaller, "namespace" | "labels">,
): RoutedPort[] {
  const service = reader.service(host, namespace);
  const routing = (port?: number) => reader.virtualServices(host, namespace, "mesh", port);
  const at = (port: number): RouteCaller => ({ namespace, gateway: "mesh", port, labels });
  if (service !== undefined)
    return httpPorts([service]).map((port) => ({ port, used: resolveDecidingRoutes(routing(port), at(port)) }));
  const portsOf = (each: Resource<"VirtualService">) => portsWithoutService(reader, each, namespace);
  // Services under a pattern have virtual hosts of their own: the pattern has none beside them.
  const own = new Set(isWildcard(host) ? httpPorts(reader.servicesUnder(host, namespace)) : []);
  return [...new Set(routing().flatMap(portsOf))].flatMap((port) => {
    const known = routing(port).filter((each) => portsOf(each).includes(port));
    if (own.has(port) || !isNamed(reader, known, host)) return [];
    const used = resolveDecidingRoutes(known, at(port));
    return used === undefined ? [] : [{ port, used }];
  });
}

const DEFAULT_PORT = 80;

/** A host that only a VirtualService names is called on the ports that its matches name, on port 80 where a rule has one that names none, and on those of the services it names besides. */
function portsWithoutService(
  reader: CallerReader,
  { spec, metadata }: Resource<"VirtualService">,
  namespace: string,
): number[] {
  if (spec.http === undefined) return [];
  const named = spec.http.flatMap(({ match = [] }) =>
    match.length === 0 ? [DEFAULT_PORT] : match.map(({ port }) => port ?? DEFAULT_PORT),
  );
  const beside = (spec.hosts ?? []).flatMap((each) =>
    httpPorts(reader.servicesUnder(expandHost(each, metadata.namespace, reader.mesh.domainSuffix), namespace)),
  );
  return [...new Set([...named, ...beside])];
}

function httpPorts(services: readonly Service[]): number[] {
  return services.flatMap(({ ports }) =>
    ports.filter((port) => mayBeHttp(protocolOf(port))).map(({ number }) => number),
  );
}
