import { hostMatches, isWildcard } from "#core/host/host.ts";
import { protocolOf } from "#core/model/protocol.ts";
import { namespacesIn } from "#core/resolve/callers-of.ts";
import { originOfRoute, resolveConnectionRoutes } from "#core/resolve/connection-routes.ts";
import { placesOfRoute, type RoutePlace, type RoutingService } from "#core/resolve/delegates.ts";
import { hostsLedTo } from "#core/resolve/hosts-led-to.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { resolveRoutedPorts } from "#core/resolve/routed-ports.ts";
import { routedHosts, sourceLabelsOf } from "#core/resolve/virtual-service.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** A route by which some callers in the mesh go, or the end of one. */
export interface MeshRouting {
  /** The VirtualService by which they are routed: the one that was asked about, or one that delegates to it. */
  readonly root: RoutingService;
  /** The host that they ask for. */
  readonly asked: string;
  /** Where the route stands in the one that was asked about: `spec.http[0]`, `spec.tls[1]`. */
  readonly path: string;
}

interface Caller {
  readonly namespace: string;
  readonly labels: Labels;
}

/**
 * Whether a VirtualService bears on what callers in the mesh send to a host: a route of it is for those who ask for the host,
 * or leads there. Asked for callers in the namespaces of `callersAt`, and in those that it names or is exported to, with no labels and with
 * those that its matches ask for: who else calls is routed as one of these.
 */
export function findMeshRouting(
  reader: MeshReader,
  resource: Resource<"VirtualService">,
  host: string,
  callersAt: (patterns: readonly string[]) => readonly string[],
): MeshRouting | undefined {
  const ref = formatRef(refOf(resource));
  const isRoot = (resource.spec.hosts ?? []).length > 0;
  const roots = reader
    .boundTo("mesh")
    .filter((root) =>
      isRoot
        ? formatRef(refOf(root)) === ref
        : root.places?.some(({ delegate }) => delegate !== undefined && formatRef(refOf(delegate.service)) === ref),
    );
  for (const root of roots) {
    // The others that it routes may be told apart by more callers.
    const patterns = leadsTo(reader, root, host) ? routedHosts(root, reader.mesh.domainSuffix) : [];
    const callers = callersFor(root, callersAt([host, ...patterns]));
    for (const caller of callers)
      for (const asked of askedHosts(reader, root, host, caller)) {
        const place = routesBy(reader, root, asked, caller)
          .filter(({ hosts }) => asked === host || hosts.has(host))
          .flatMap(({ places }) => places)
          .find(({ resource: written }) => written === ref);
        if (place !== undefined) return { root, asked, path: place.path };
      }
  }
  return undefined;
}

function callersFor(root: RoutingService, namespaces: readonly string[]): readonly Caller[] {
  const { spec, metadata } = root;
  const matches = [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])].flatMap(({ match = [] }) => match);
  const all = new Set([
    metadata.namespace,
    ...namespacesIn(spec.exportTo),
    ...namespaces,
    ...matches.flatMap(({ sourceNamespace = "" }) => (sourceNamespace === "" ? [] : [sourceNamespace])),
  ]);
  const labels: readonly Labels[] = [{}, ...sourceLabelsOf(root)];
  return [...all].flatMap((namespace) => labels.map((each) => ({ namespace, labels: each })));
}

function leadsTo({ mesh }: MeshReader, { spec, metadata }: RoutingService, host: string): boolean {
  return [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])].some(({ route }) =>
    hostsLedTo(route, metadata.namespace, mesh.domainSuffix).has(host),
  );
}

/** Hosts that a VirtualService routes, the one in question first; of others those alone whose routes may lead there. */
function askedHosts(reader: MeshReader, root: RoutingService, host: string, { namespace }: Caller): readonly string[] {
  const { domainSuffix } = reader.mesh;
  const patterns = routedHosts(root, domainSuffix);
  const asked = patterns.some((pattern) => hostMatches(pattern, host)) ? [host] : [];
  if (!leadsTo(reader, root, host)) return asked;
  const others = patterns.flatMap((pattern) =>
    isWildcard(pattern)
      ? [pattern, ...reader.servicesUnder(pattern, namespace).map((service) => service.host)]
      : [pattern],
  );
  return [...new Set([...asked, ...others])];
}

interface TakenRoute {
  /** Where it is written, and where it was delegated. */
  readonly places: readonly RoutePlace[];
  readonly hosts: ReadonlySet<string>;
}

/** Routes of a VirtualService by which callers of a host go. */
function routesBy(reader: MeshReader, root: RoutingService, host: string, caller: Caller): readonly TakenRoute[] {
  const { domainSuffix } = reader.mesh;
  const { namespace } = root.metadata;
  const ref = formatRef(refOf(root));
  const isIts = (each: Resource<"VirtualService">): boolean => formatRef(refOf(each)) === ref;
  const requests = resolveRoutedPorts(reader, host, caller).flatMap(({ used }) =>
    used === undefined || !isIts(used.service)
      ? []
      : used.routes.map(
          ({ index, http }): TakenRoute => ({
            places: placesOfRoute(used.service, index),
            hosts: hostsLedTo(http.route, namespace, domainSuffix),
          }),
        ),
  );
  if (root.spec.tcp === undefined && root.spec.tls === undefined) return requests;
  const services = reader.virtualServices(host, caller.namespace, "mesh");
  const connections = (reader.service(host, caller.namespace)?.ports ?? []).flatMap((port) =>
    resolveConnectionRoutes(services, protocolOf(port), { ...caller, gateway: "mesh", port: port.number })
      .filter(({ service }) => isIts(service))
      .map(
        (route): TakenRoute => ({
          places: [originOfRoute(route)],
          hosts: hostsLedTo(route.destinations, namespace, domainSuffix),
        }),
      ),
  );
  return [...requests, ...connections];
}
