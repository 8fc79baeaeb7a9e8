import { create } from "@bufbuild/protobuf";
import type { Diagnostic } from "#core/diagnostic.ts";
import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import { resolveAuthorizers } from "#core/resolve/authorizers.ts";
import { originOfRoute } from "#core/resolve/connection-routes.ts";
import { placesOfRoutes } from "#core/resolve/delegates.ts";
import { type GatewayChain, resolveGatewayChains } from "#core/resolve/gateway-chains.ts";
import { endsTls, resolveGatewayPorts } from "#core/resolve/gateway-ports.ts";
import { readGuards } from "#core/resolve/guarding-policy.ts";
import type { MeshPassage } from "#core/resolve/mesh-passage.ts";
import { resolveServerTls } from "#core/resolve/server-tls.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Origin, ProxyNode } from "#core/xds/layer.ts";
import { TrafficDirection } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { FilterChainSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import type { RouteConfiguration } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { ProxyProtocolSchema } from "#proto/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js";
import { TlsInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { HANDSHAKE_TIMEOUT_MS } from "#server/envoy/build-tls.ts";
import { chainFilters } from "#server/envoy/features/network-filters.ts";
import { buildRefusedAccessLog } from "#server/envoy/listeners/build-access-log.ts";
import { buildServerTls } from "#server/envoy/listeners/build-server-tls.ts";
import { listCheckedTokens } from "#server/envoy/listeners/checked-tokens.ts";
import { describeLeftOut } from "#server/envoy/listeners/describe-left-out.ts";
import { buildHttpManager, type ProxyTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import { buildPassage, buildTcpProxy, buildTcpTarget } from "#server/envoy/listeners/tcp-target.ts";
import { passageCluster } from "#server/envoy/names.ts";
import { durationMs, type Init, typed } from "#server/envoy/pack.ts";
import { originMetadata } from "#server/envoy/routes/build-routes.ts";
import { buildGatewayRoutes, type GatewayContext } from "#server/envoy/routes/gateway-routes.ts";

export interface BuiltGateway {
  /** Each with the port that Gateways name. */
  readonly listeners: readonly {
    readonly port: number;
    readonly listener: Listener;
    readonly origins: readonly Origin[];
  }[];
  readonly routes: readonly { readonly config: RouteConfiguration; readonly origins: readonly Origin[] }[];
  readonly diagnostics: readonly Diagnostic[];
  /** Where callers' own mTLS is passed on to. */
  readonly passages: readonly MeshPassage[];
}

const PROXY_PROTOCOL = typed("envoy.filters.listener.proxy_protocol", ProxyProtocolSchema, {});

/** Listeners and routes of a gateway workload: every Gateway whose selector finds it, merged port by port. */
export function buildGateway(
  world: CompileReader,
  node: ProxyNode,
  labels: Readonly<Record<string, string>>,
  telemetry: ProxyTelemetry,
): BuiltGateway {
  const policies = readGuards(world.policiesOver(node.namespace, labels));
  const authorizers = resolveAuthorizers(world, policies);
  const asking = policies.filter(({ provider }) => provider !== undefined);
  const context: GatewayContext = { world, node, labels, policies, authorizers };
  const authentications = world.requestAuthenticationsOver(node.namespace, labels);
  const tokens = listCheckedTokens(world, authentications);
  const { ports, leftOut } = resolveGatewayPorts(world.gatewaysFor(labels), node.address);
  const listeners: { port: number; listener: Listener; origins: Origin[] }[] = [];
  const routes: { config: RouteConfiguration; origins: Origin[] }[] = [];
  const passages: MeshPassage[] = [];
  for (const { port, bind, isPlain, servers, groups } of ports) {
    const origins: Origin[] = [
      ...servers.map(({ gateway, index }) => ({
        resource: formatRef(refOf(gateway)),
        path: `spec.servers[${index}]`,
      })),
      ...asking.map(({ ref }) => ({ resource: ref })),
      ...authentications.map((each) => ({ resource: formatRef(refOf(each)) })),
    ];
    const address = bind ?? node.address;
    const bindPort = node.metadata.PHAROS_GATEWAY_PORTS[String(port)] ?? port;
    const chains = resolveGatewayChains(world, { port, groups }, { namespace: node.namespace, labels });
    // A server for connections that nothing routes takes none; the port is closed where all are such.
    if (chains.length === 0) continue;
    passages.push(...chains.flatMap(({ passage }) => passage ?? []));
    const statPrefix = `outbound_0.0.0.0_${port}`;
    const filterChains = chains.map(({ group, sni, connections, passage }): Init<typeof FilterChainSchema> => {
      const [first] = group.servers;
      const ends = isPlain || first === undefined || !endsTls(group) ? undefined : resolveServerTls(first.server);
      const name = chainName({ group, sni, connections }, port, isPlain, bind);
      const caller = { world, namespace: node.namespace, gateway: "", port, labels };
      if (passage !== undefined)
        return {
          name: `mesh.${port}.${passage.serverName}`,
          filterChainMatch: { serverNames: [...sni] },
          filters: [
            ...chainFilters({
              policies,
              authorizers,
              trustDomains: trustDomainsOf(world.mesh, world.settings()),
              port,
            }),
            buildTcpProxy(
              statPrefix,
              buildPassage(passageCluster(passage.service.host, passage.port, passage.subset), passage, caller),
              telemetry,
              "gateway",
            ),
          ],
        };
      if (connections === undefined) routes.push(buildGatewayRoutes(name, group, port, context));
      return {
        name,
        filters:
          connections === undefined
            ? [
                buildHttpManager({
                  direction: "gateway",
                  ...{ statPrefix, routes: name, telemetry, tokens, authorizers },
                  takesGrpcWeb: group.servers.some(({ server }) => server.port.protocol === "GRPC-WEB"),
                }),
              ]
            : [
                ...chainFilters({
                  policies,
                  authorizers,
                  trustDomains: trustDomainsOf(world.mesh, world.settings()),
                  port,
                }),
                buildTcpProxy(statPrefix, buildTcpTarget(connections, caller), telemetry, "gateway"),
              ],
        ...(connections === undefined
          ? {}
          : { metadata: { filterMetadata: { istio: originMetadata([originOfRoute(connections)]) } } }),
        ...(sni.length === 0 ? {} : { filterChainMatch: { serverNames: [...sni] } }),
        ...(ends === undefined
          ? {}
          : {
              transportSocket: buildServerTls(ends, world, node.namespace),
              transportSocketConnectTimeout: durationMs(HANDSHAKE_TIMEOUT_MS),
            }),
      };
    });
    const routed = new Set(chains.flatMap(({ connections }) => connections?.service ?? []));
    origins.push(...[...routed].flatMap(placesOfRoutes));
    listeners.push({
      port,
      origins,
      listener: create(ListenerSchema, {
        name: `${address}_${bindPort}`,
        address: {
          address: {
            case: "socketAddress",
            value: { address, portSpecifier: { case: "portValue", value: bindPort } },
          },
        },
        trafficDirection: TrafficDirection.OUTBOUND,
        perConnectionBufferLimitBytes: world.settings().gatewayConnections.listenerPerConnectionBufferLimitBytes,
        accessLog: isPlain ? [] : buildRefusedAccessLog(telemetry, "gateway"),
        listenerFilters: [
          ...(world.settings().isProxyProtocolSpoken ? [PROXY_PROTOCOL] : []),
          ...(isPlain ? [] : [typed("envoy.filters.listener.tls_inspector", TlsInspectorSchema, {})]),
        ],
        filterChains,
      }),
    });
  }
  return { listeners, routes, passages, diagnostics: leftOut.map(describeLeftOut) };
}

/** Also the name of its route configuration, where it takes requests. */
function chainName(
  { group, sni, connections }: GatewayChain,
  port: number,
  isPlain: boolean,
  bind: string | undefined,
): string {
  if (connections !== undefined) return [isPlain ? "tcp" : "tls", port, ...sni].join(".");
  const [first] = group.servers;
  const bound = bind === undefined ? "" : `.${bind}`;
  if (isPlain || first === undefined) return `http.${port}${bound}`;
  const { name, namespace } = first.gateway.metadata;
  return `https.${port}.${first.server.port.name}.${name}.${namespace}${bound}`;
}
