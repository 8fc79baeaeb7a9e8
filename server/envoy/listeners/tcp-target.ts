import { expandHost } from "#core/host/host.ts";
import { joinHostPort } from "#core/host/join-host-port.ts";
import type { PortProtocol } from "#core/model/protocol.ts";
import { type ConnectionRoute, resolveConnectionRoutes } from "#core/resolve/connection-routes.ts";
import { resolveDestinationPort } from "#core/resolve/destination-port.ts";
import type { MeshPassage } from "#core/resolve/mesh-passage.ts";
import type { RouteTarget } from "#core/resolve/route-rule.ts";
import { resolveTrafficTo } from "#core/resolve/traffic-policy.ts";
import type { TrafficSettings } from "#core/resolve/traffic-settings.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type {
  FilterChainMatchSchema,
  FilterChainSchema,
  FilterSchema,
} from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { lookUpServerName } from "#server/envoy/features/dynamic-forward-proxy.ts";
import { buildTcpLog, type LoggedProxy } from "#server/envoy/listeners/build-access-log.ts";
import type { Direction } from "#server/envoy/listeners/http-connection-manager.ts";
import { outboundCluster } from "#server/envoy/names.ts";
import { duration, type Init, typed } from "#server/envoy/pack.ts";
import { clusterOf, type RouteContext } from "#server/envoy/routes/build-routes.ts";

/** What a TCP proxy does besides choosing a cluster. */
type TcpSettings = Pick<
  Init<typeof TcpProxySchema>,
  "hashPolicy" | "maxDownstreamConnectionDuration" | "idleTimeout" | "tunnelingConfig"
>;

/** Where connections go. */
export interface TcpTarget {
  /** With the shares they get. */
  readonly clusters: readonly { readonly name: string; readonly weight: number }[];
  readonly settings: TcpSettings;
}

/** The same of those that ask for one of these server names and are made to one of these addresses; empty: any. */
export interface TcpChain extends TcpTarget {
  readonly serverNames: readonly string[];
  readonly subnets: readonly string[];
  /** Ref of the VirtualService whose route it is made from; undefined: none's. */
  readonly from?: string;
  /** They go to this port of the server that their TLS is for. */
  readonly lookedUpAt?: number;
}

/** Of a route of a VirtualService. */
export function buildTcpTarget({ service, destinations }: ConnectionRoute, context: RouteContext): TcpTarget {
  const { namespace } = service.metadata;
  return {
    clusters: destinations
      .map(({ destination, weight = 0 }) => ({
        name: clusterOf(destination, namespace, context),
        weight: destinations.length === 1 ? 1 : weight,
      }))
      .filter(({ weight }) => weight > 0),
    settings: tcpSettings(
      destinations.map(({ destination }) => destination),
      namespace,
      context,
    ),
  };
}

/** All connections to one cluster, without more. */
export function toCluster(name: string): TcpTarget {
  return { clusters: [{ name, weight: 1 }], settings: {} };
}

/** Of callers' mTLS that a gateway passes on to this cluster: what a rule says of the service's connections, but that nobody tunnels them. */
export function buildPassage(
  cluster: string,
  { service, port, subset }: MeshPassage,
  context: RouteContext,
): TcpTarget {
  const destination = { host: service.host, port: { number: port }, subset };
  const { tunnelingConfig: _, ...settings } = tcpSettings([destination], service.namespace, context);
  return { ...toCluster(cluster), settings };
}

/** Chains of connections to a port of a host, whose TLS is the caller's own or not there: by routes for them, else to the host. */
export function buildTcpChains(
  host: string,
  services: readonly ConnectionRoute["service"][],
  protocol: PortProtocol,
  context: RouteContext,
): { readonly chains: readonly TcpChain[]; readonly routed: readonly ConnectionRoute["service"][] } {
  const routes = resolveConnectionRoutes(services, protocol, context);
  const chains = routes.map(
    (route): TcpChain => ({
      serverNames: route.serverNames,
      subnets: route.subnets,
      from: formatRef(refOf(route.service)),
      ...buildTcpTarget(route, context),
      ...lookedUp(
        route.destinations.map(({ destination }) => destination),
        route.service.metadata.namespace,
        protocol,
        context,
      ),
    }),
  );
  const takesAll = ({ serverNames, subnets }: TcpChain): boolean => serverNames.length === 0 && subnets.length === 0;
  const own: TcpChain = {
    clusters: [{ name: outboundCluster(host, context.port, ""), weight: 1 }],
    settings: tcpSettings([{ host }], context.namespace, context),
    serverNames: [],
    subnets: [],
    ...lookedUp([{ host }], context.namespace, protocol, context),
  };
  return {
    chains: [...chains.filter((each) => !takesAll(each)), ...(chains.some(takesAll) ? chains.filter(takesAll) : [own])],
    routed: [...new Set(routes.map(({ service }) => service))],
  };
}

/** Where connections go by the name in their TLS; of a plain one nobody knows it. The first destination says at which port. */
function lookedUp(
  destinations: readonly RouteTarget[],
  ownNamespace: string,
  protocol: PortProtocol,
  context: RouteContext,
): Pick<TcpChain, "lookedUpAt"> {
  const { world, namespace } = context;
  if (protocol !== "tls") return {};
  for (const destination of destinations) {
    const host = expandHost(destination.host, ownNamespace, world.mesh.domainSuffix);
    if (world.service(host, namespace)?.resolution === "dynamic-dns")
      return { lookedUpAt: resolveDestinationPort(world, destination, host, context) };
  }
  return {};
}

/**
 * Of the DestinationRules of a TCP port's destinations what the listener has to do: hash the caller's address where one of
 * them asks for it, and end connections after the first one's time, or when nothing was sent for so long.
 */
function tcpSettings(destinations: readonly RouteTarget[], ownNamespace: string, context: RouteContext): TcpSettings {
  const { world, namespace, labels: clientLabels } = context;
  const policyOf = (destination: RouteTarget, subset = "") => {
    const name = expandHost(destination.host, ownNamespace, world.mesh.domainSuffix);
    const port = resolveDestinationPort(world, destination, name, context);
    return resolveTrafficTo(world, { host: name, clientNamespace: namespace, clientLabels, subset, port });
  };
  const policies = destinations.map((each) => policyOf(each, each.subset));
  const { maxConnectionDuration: lasting, idleTimeout: idle } = policies[0]?.connectionPool?.tcp ?? {};
  const [first] = destinations;
  // Of several destinations the first one's rule says it for all, whatever its subsets say, as in Istio.
  const tunnel = destinations.length > 1 && first !== undefined ? policyOf(first).tunnel : policies[0]?.tunnel;
  return {
    ...(tunnel === undefined ? {} : { tunnelingConfig: tunneling(tunnel) }),
    ...(policies.some(({ loadBalancer }) => loadBalancer?.consistentHash?.useSourceIp === true)
      ? { hashPolicy: [{ policySpecifier: { case: "sourceIp", value: {} } }] }
      : {}),
    ...(lasting === undefined ? {} : { maxDownstreamConnectionDuration: duration(lasting) }),
    ...(idle === undefined ? {} : { idleTimeout: duration(idle) }),
  };
}

function tunneling({ targetHost, targetPort, protocol }: NonNullable<TrafficSettings["tunnel"]>) {
  return { hostname: joinHostPort(targetHost, targetPort), usePost: protocol === "POST" };
}

export function buildTcpProxy(
  statPrefix: string,
  { clusters, settings }: TcpTarget,
  proxy: LoggedProxy,
  direction: Direction,
): Init<typeof FilterSchema> {
  const [only] = clusters;
  return typed("envoy.filters.network.tcp_proxy", TcpProxySchema, {
    statPrefix,
    clusterSpecifier:
      clusters.length === 1 && only !== undefined
        ? { case: "cluster", value: only.name }
        : { case: "weightedClusters", value: { clusters: clusters.map(({ name, weight }) => ({ name, weight })) } },
    ...buildTcpLog(proxy, direction),
    ...settings,
  });
}

/** A chain of an outbound listener. */
export function buildTcpChain(statPrefix: string, chain: TcpChain, proxy: LoggedProxy): Init<typeof FilterChainSchema> {
  const match = matchOf(chain);
  const { from, lookedUpAt } = chain;
  return {
    // Not the route's place: one written above it would make this another chain, and end its connections.
    ...(from === undefined ? {} : { metadata: { filterMetadata: { istio: { config: from } } } }),
    ...(match === undefined ? {} : { filterChainMatch: match }),
    filters: [
      ...(lookedUpAt === undefined ? [] : [lookUpServerName(lookedUpAt)]),
      buildTcpProxy(statPrefix, chain, proxy, "outbound"),
    ],
  };
}

function matchOf({ serverNames, subnets }: TcpChain): Init<typeof FilterChainMatchSchema> | undefined {
  if (serverNames.length === 0 && subnets.length === 0) return undefined;
  return {
    serverNames: [...serverNames],
    prefixRanges: subnets.map((subnet) => {
      const [addressPrefix = "", bits] = subnet.split("/");
      return { addressPrefix, prefixLen: Number(bits) };
    }),
  };
}
