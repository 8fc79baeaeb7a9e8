import { create } from "@bufbuild/protobuf";
import { matchesLabels } from "#core/resource/labels.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Origin } from "#core/xds/layer.ts";
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TrafficDirection } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type {
  ListenerFilterChainMatchPredicateSchema,
  ListenerFilterSchema,
} from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { HttpInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js";
import { OriginalDstSchema } from "#proto/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js";
import { TlsInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { HttpProtocolOptionsSchema } from "#proto/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import { buildAuthorization, policiesFor } from "#server/translate/authorization.ts";
import { buildRefusedAccessLog } from "#server/translate/build-access-log.ts";
import {
  type BuiltChains,
  buildInboundChains,
  type InboundContext,
  type InboundPort,
} from "#server/translate/inbound-chains.ts";
import { inboundCluster } from "#server/translate/names.ts";
import { durationMs, type Init, pack, typed } from "#server/translate/pack.ts";
import { isHttp, type PortProtocol, protocolOf, protocolOfPortName } from "#server/translate/protocol.ts";
import type { World } from "#server/translate/world.ts";

const INBOUND_CAPTURE_PORT = 15006;

export interface InboundRoutes {
  readonly config: RouteConfiguration;
  readonly origins: readonly Origin[];
}

/** Protocol of a port by its name in the services that select the workload; by the name itself when none does. */
export function inboundProtocol(
  world: World,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  name: string,
): PortProtocol {
  for (const service of world.servicesSelecting(namespace, labels)) {
    const port = service.ports.find((each) => each.name === name);
    if (port !== undefined) return protocolOf(port);
  }
  return protocolOfPortName(name);
}

/** What decides how connections come in: mTLS, and for ports that are not HTTP the policies too. */
export function listenerOrigins(context: InboundContext, ports: readonly InboundPort[]): Origin[] {
  const { world, node, labels } = context;
  const own = world
    .all("PeerAuthentication")
    .filter(
      ({ metadata, spec }) =>
        (metadata.namespace === node.namespace || metadata.namespace === world.mesh.rootNamespace) &&
        matchesLabels(labels, spec.selector?.matchLabels),
    );
  const guards = ports.every(({ protocol }) => isHttp(protocol)) ? [] : policiesFor(world, node.namespace, labels);
  return [...guards, ...own].map((resource) => ({ resource: formatRef(refOf(resource)) }));
}

/** The routes of an HTTP port: all to the application, for those whom the policies let in. */
export function buildInboundRoutes(port: InboundPort, { world, node, labels }: InboundContext): InboundRoutes {
  const cluster = inboundCluster(port.appPort);
  const host = `inbound|http|${port.appPort}`;
  const policies = policiesFor(world, node.namespace, labels);
  const config = create(RouteConfigurationSchema, {
    name: cluster,
    virtualHosts: [
      {
        name: host,
        domains: ["*"],
        routes: [
          {
            name: "default",
            match: { pathSpecifier: { case: "prefix", value: "/" } },
            decorator: { operation: `${host}/*` },
            action: {
              case: "route",
              value: {
                clusterSpecifier: { case: "cluster", value: cluster },
                timeout: durationMs(0),
                maxGrpcTimeout: durationMs(0),
                // A connection that the application closed while a request was on its way: it has not seen it.
                retryPolicy: { retryOn: "reset-before-request", numRetries: 2 },
              },
            },
          },
        ],
      },
    ],
    validateClusters: false,
    typedPerFilterConfig: buildAuthorization(policies, world.mesh.trustDomain, port.appPort, world.gatewayIdentities),
  });
  return { config, origins: policies.map((policy) => ({ resource: formatRef(refOf(policy)) })) };
}

/** A client that waits for the server to speak first shows within this time that it speaks no TLS. */
function detection({ world }: InboundContext): Init<typeof ListenerSchema> {
  return {
    listenerFiltersTimeout: durationMs(world.settings.protocolDetectionTimeoutMs),
    continueOnListenerFiltersTimeout: true,
  };
}

type ListenerFilterInit = Init<typeof ListenerFilterSchema>;
type PredicateInit = Init<typeof ListenerFilterChainMatchPredicateSchema>;

const tlsInspector: ListenerFilterInit = typed("envoy.filters.listener.tls_inspector", TlsInspectorSchema, {});
const httpInspector: ListenerFilterInit = typed("envoy.filters.listener.http_inspector", HttpInspectorSchema, {});

/** An inspector that some ports want, off for the others: a client that waits for their server would wait for it too. */
function inspectorFor(
  filter: ListenerFilterInit,
  built: readonly BuiltChains[],
  wants: (each: BuiltChains) => boolean,
): ListenerFilterInit[] {
  const without = built.filter((each) => !wants(each));
  if (without.length === built.length) return [];
  const rules = without.map(
    ({ appPort }): PredicateInit => ({
      rule: { case: "destinationPortRange", value: { start: appPort, end: appPort + 1 } },
    }),
  );
  const [only] = rules;
  if (only === undefined) return [filter];
  return [{ ...filter, filterDisabled: rules.length === 1 ? only : { rule: { case: "orMatch", value: { rules } } } }];
}

/** A listener that binds a port of its own in front of an application that is not captured. */
export function buildInboundListener(port: InboundPort, context: InboundContext): Listener {
  const built = buildInboundChains(port, context, false);
  return create(ListenerSchema, {
    name: `inbound_${context.node.address}_${port.inboundPort}`,
    address: {
      address: {
        case: "socketAddress",
        value: { address: context.node.address, portSpecifier: { case: "portValue", value: port.inboundPort } },
      },
    },
    trafficDirection: TrafficDirection.INBOUND,
    listenerFilters: [...(built.inspectsTls ? [tlsInspector] : []), ...(built.inspectsHttp ? [httpInspector] : [])],
    ...detection(context),
    accessLog: buildRefusedAccessLog(context.telemetry.accessLog),
    filterChains: [...built.chains],
  });
}

/** The one listener that captured traffic arrives at. */
export function buildVirtualInbound(ports: readonly InboundPort[], context: InboundContext): Listener {
  const built = ports.map((port) => buildInboundChains(port, context, true));
  return create(ListenerSchema, {
    name: "virtualInbound",
    address: {
      address: {
        case: "socketAddress",
        value: { address: "0.0.0.0", portSpecifier: { case: "portValue", value: INBOUND_CAPTURE_PORT } },
      },
    },
    trafficDirection: TrafficDirection.INBOUND,
    listenerFilters: [
      typed("envoy.filters.listener.original_dst", OriginalDstSchema, {}),
      ...inspectorFor(tlsInspector, built, ({ inspectsTls }) => inspectsTls),
      ...inspectorFor(httpInspector, built, ({ inspectsHttp }) => inspectsHttp),
    ],
    ...detection(context),
    accessLog: buildRefusedAccessLog(context.telemetry.accessLog),
    filterChains: [
      // A connection straight to the capture port would come back to it for ever.
      {
        name: "virtualInbound-blackhole",
        filterChainMatch: { destinationPort: INBOUND_CAPTURE_PORT },
        filters: [
          typed("envoy.filters.network.tcp_proxy", TcpProxySchema, {
            statPrefix: "BlackHoleCluster",
            clusterSpecifier: { case: "cluster", value: "BlackHoleCluster" },
          }),
        ],
      },
      ...built.flatMap((each) => each.chains),
    ],
  });
}

/** How requests are put to the application; HTTP/1.1 where it says nothing. */
function upstreamOptions(protocol: PortProtocol): Init<typeof HttpProtocolOptionsSchema> | undefined {
  if (protocol === "auto")
    return {
      upstreamProtocolOptions: {
        case: "useDownstreamProtocolConfig",
        value: { httpProtocolOptions: {}, http2ProtocolOptions: {} },
      },
    };
  if (protocol !== "http2" && protocol !== "grpc") return undefined;
  return {
    upstreamProtocolOptions: {
      case: "explicitHttpConfig",
      value: { protocolConfig: { case: "http2ProtocolOptions", value: {} } },
    },
  };
}

/** The application itself, on loopback. */
export function buildInboundCluster(port: InboundPort): Cluster {
  const name = inboundCluster(port.appPort);
  const options = upstreamOptions(port.protocol);
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.STATIC },
    connectTimeout: durationMs(10_000),
    ...(options === undefined
      ? {}
      : {
          typedExtensionProtocolOptions: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": pack(HttpProtocolOptionsSchema, options),
          },
        }),
    loadAssignment: {
      clusterName: name,
      endpoints: [
        {
          lbEndpoints: [
            {
              hostIdentifier: {
                case: "endpoint",
                value: {
                  address: {
                    address: {
                      case: "socketAddress",
                      value: { address: "127.0.0.1", portSpecifier: { case: "portValue", value: port.appPort } },
                    },
                  },
                },
              },
            },
          ],
        },
      ],
    },
    circuitBreakers: {
      thresholds: [
        {
          maxConnections: 4_294_967_295,
          maxPendingRequests: 4_294_967_295,
          maxRequests: 4_294_967_295,
          maxRetries: 4_294_967_295,
        },
      ],
    },
  });
}
