import { create } from "@bufbuild/protobuf";
import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import { isHttp, mayBeHttp } from "#core/model/protocol.ts";
import { resolveAuthorizers } from "#core/resolve/authorizers.ts";
import { providerOf, readGuards } from "#core/resolve/guarding-policy.ts";
import type { InboundPort } from "#core/resolve/inbound-ports.ts";
import { standsOver } from "#core/resolve/policies.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Origin } from "#core/xds/layer.ts";
import { TrafficDirection } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { ListenerFilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import type { RouteSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { HttpInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js";
import { OriginalDstSchema } from "#proto/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js";
import { TlsInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { boundAddress } from "#server/envoy/clusters/application-address.ts";
import type { HttpGuard } from "#server/envoy/features/guard.ts";
import { guardFilters, guardMetadata, guardOrigins } from "#server/envoy/features/http-filters.ts";
import { limitsOver, ofAllRoutes } from "#server/envoy/features/limits-over.ts";
import { besideIpv6 } from "#server/envoy/listeners/beside-ipv6.ts";
import { buildRefusedAccessLog } from "#server/envoy/listeners/build-access-log.ts";
import { gatewayIdentities } from "#server/envoy/listeners/gateway-identities.ts";
import { type BuiltChains, buildInboundChains, type InboundContext } from "#server/envoy/listeners/inbound-chains.ts";
import { inspectorWithout } from "#server/envoy/listeners/inspect-ports.ts";
import { spanLinesOf } from "#server/envoy/listeners/span-lines.ts";
import { inboundCluster } from "#server/envoy/names.ts";
import { durationMs, type Init, typed } from "#server/envoy/pack.ts";
import { inboundRetries } from "#server/envoy/routes/build-retries.ts";
import { tracedRoutes } from "#server/envoy/routes/traced-routes.ts";

const INBOUND_CAPTURE_PORT = 15006;

export interface InboundRoutes {
  readonly config: RouteConfiguration;
  readonly origins: readonly Origin[];
}

/** What decides how connections come in: mTLS, and whose tokens are checked; for ports that are not HTTP the policies too. */
export function listenerOrigins(context: InboundContext, ports: readonly InboundPort[]): Origin[] {
  const { world, node, labels } = context;
  const own = world
    .ofNamespace("PeerAuthentication", node.namespace)
    .filter((policy) => standsOver(policy, { namespace: node.namespace, labels }, world.policyScope));
  const policies = world.policiesOver(node.namespace, labels);
  // Whom to ask stands in the listener of a port that is HTTP too.
  const guards = ports.every(({ protocol }) => isHttp(protocol))
    ? policies.filter((policy) => providerOf(policy) !== undefined)
    : policies;
  const tokens = ports.some(({ protocol }) => mayBeHttp(protocol))
    ? world.requestAuthenticationsOver(node.namespace, labels)
    : [];
  return [...guards, ...own, ...tokens].map((resource) => ({ resource: formatRef(refOf(resource)) }));
}

/** The routes of an HTTP port: all to the application, for those whom the policies let in. */
export function buildInboundRoutes(
  port: InboundPort,
  { world, node, labels, telemetry }: InboundContext,
): InboundRoutes {
  const cluster = inboundCluster(port.appPort);
  const host = `inbound|http|${port.appPort}`;
  const policies = readGuards(world.policiesOver(node.namespace, labels));
  const limits = ofAllRoutes(limitsOver(world, node.namespace, labels));
  const guard: HttpGuard = {
    policies,
    limits,
    authorizers: resolveAuthorizers(world, policies),
    trustDomains: trustDomainsOf(world.mesh, world.settings()),
    port: port.appPort,
    trustsForwardedFor: gatewayIdentities(world),
  };
  const spans = spanLinesOf(telemetry, "inbound");
  const route: Init<typeof RouteSchema> = {
    name: "default",
    match: { pathSpecifier: { case: "prefix", value: "/" } },
    // The other end calls its span by its own route: no header tells it this one with each answer.
    decorator: { operation: `${host}/*`, propagate: false },
    action: {
      case: "route",
      value: {
        clusterSpecifier: { case: "cluster", value: cluster },
        timeout: durationMs(0),
        maxGrpcTimeout: durationMs(0),
        ...inboundRetries(world.settings().inboundRetries),
      },
    },
  };
  const config = create(RouteConfigurationSchema, {
    name: cluster,
    virtualHosts: [
      {
        name: host,
        domains: ["*"],
        routes: spans === undefined ? [route] : tracedRoutes(route, spans.percent),
      },
    ],
    validateClusters: false,
    typedPerFilterConfig: guardFilters(guard),
    ...guardMetadata(guard),
  });
  return { config, origins: guardOrigins(guard) };
}

/** A client that waits for the server to speak first shows within this time that it speaks no TLS. */
function detection({ world }: InboundContext): Init<typeof ListenerSchema> {
  return {
    listenerFiltersTimeout: durationMs(world.settings().protocolDetectionTimeoutMs),
    continueOnListenerFiltersTimeout: true,
  };
}

type ListenerFilterInit = Init<typeof ListenerFilterSchema>;

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
  return [
    inspectorWithout(
      filter,
      without.map(({ port }) => port),
    ),
  ];
}

/** A listener that binds a port of its own in front of an application that is not captured. */
export function buildInboundListener(port: InboundPort, context: InboundContext): Listener {
  const built = buildInboundChains(port, context, false);
  const address = boundAddress(port, context.node.address);
  return create(ListenerSchema, {
    name: `inbound_${address}_${port.inboundPort}`,
    address: {
      address: {
        case: "socketAddress",
        value: { address, portSpecifier: { case: "portValue", value: port.inboundPort } },
      },
    },
    trafficDirection: TrafficDirection.INBOUND,
    listenerFilters: [...(built.inspectsTls ? [tlsInspector] : []), ...(built.inspectsHttp ? [httpInspector] : [])],
    ...detection(context),
    accessLog: buildRefusedAccessLog(context.telemetry, "inbound"),
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
    ...besideIpv6("0.0.0.0", INBOUND_CAPTURE_PORT, context.telemetry),
    trafficDirection: TrafficDirection.INBOUND,
    listenerFilters: [
      typed("envoy.filters.listener.original_dst", OriginalDstSchema, {}),
      ...inspectorFor(tlsInspector, built, ({ inspectsTls }) => inspectsTls),
      ...inspectorFor(httpInspector, built, ({ inspectsHttp }) => inspectsHttp),
    ],
    ...detection(context),
    accessLog: buildRefusedAccessLog(context.telemetry, "inbound"),
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
