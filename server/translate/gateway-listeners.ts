import { create } from "@bufbuild/protobuf";
import type { Diagnostic } from "#core/diagnostic.ts";
import { bySpecificity, expandHost, hostMatches } from "#core/host/host.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { GatewayServer, ServerTls } from "#core/resource/spec/gateway.ts";
import type { Origin, ProxyNode } from "#core/xds/layer.ts";
import type { TransportSocketSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { TrafficDirection } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { TlsInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js";
import { TlsParameters_TlsProtocol } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import { DownstreamTlsContextSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { AUTHORIZATION_FILTERS, buildAuthorization, policiesFor } from "#server/translate/authorization.ts";
import { buildRoutes, type RouteInit } from "#server/translate/build-routes.ts";
import { meshDownstream, subjectAltNames } from "#server/translate/build-tls.ts";
import { buildHttpManager, type ProxyTelemetry } from "#server/translate/http-connection-manager.ts";
import { type Init, typed } from "#server/translate/pack.ts";
import { originsOf } from "#server/translate/virtual-hosts.ts";
import { gatewaysOf, isVisible, matchesLabels, type World } from "#server/translate/world.ts";

interface PlacedServer {
  readonly gateway: Resource<"Gateway">;
  readonly index: number;
  readonly server: GatewayServer;
}

/** What the policies of a gateway put on all its routes. */
interface Guard {
  readonly rules: ReturnType<typeof buildAuthorization>;
  readonly origins: readonly Origin[];
}

export interface BuiltGateway {
  readonly listeners: readonly { readonly listener: Listener; readonly origins: readonly Origin[] }[];
  readonly routes: readonly { readonly config: RouteConfiguration; readonly origins: readonly Origin[] }[];
  readonly diagnostics: readonly Diagnostic[];
}

const TLS_VERSION = {
  TLS_AUTO: TlsParameters_TlsProtocol.TLS_AUTO,
  TLSV1_0: TlsParameters_TlsProtocol.TLSv1_0,
  TLSV1_1: TlsParameters_TlsProtocol.TLSv1_1,
  TLSV1_2: TlsParameters_TlsProtocol.TLSv1_2,
  TLSV1_3: TlsParameters_TlsProtocol.TLSv1_3,
} as const;
const PLAIN_PROTOCOLS = new Set(["HTTP", "HTTP2", "GRPC"]);

/** Listeners and routes of a gateway workload: every Gateway whose selector finds it, merged port by port. */
export function buildGateway(
  world: World,
  node: ProxyNode,
  labels: Readonly<Record<string, string>>,
  telemetry: ProxyTelemetry,
): BuiltGateway {
  const policies = policiesFor(world, node.namespace, labels);
  const guard: Guard = {
    rules: buildAuthorization(policies, world.mesh.trustDomain),
    origins: policies.map((policy) => ({ resource: formatRef(refOf(policy)) })),
  };
  const placed = world
    .all("Gateway")
    .filter(({ spec }) => matchesLabels(labels, spec.selector))
    .flatMap((gateway) =>
      (gateway.spec.servers ?? []).map((server, index): PlacedServer => ({ gateway, index, server })),
    );
  const diagnostics: Diagnostic[] = [];
  const listeners: { listener: Listener; origins: Origin[] }[] = [];
  const routes: { config: RouteConfiguration; origins: Origin[] }[] = [];
  for (const [port, servers] of Map.groupBy(placed, ({ server }) => server.port.number)) {
    const plain = servers.filter(({ server }) => PLAIN_PROTOCOLS.has(server.port.protocol.toUpperCase()));
    const secure = servers.filter(({ server }) => server.port.protocol.toUpperCase() === "HTTPS");
    const used = plain.length > 0 ? plain : secure;
    for (const { gateway, index, server } of servers) {
      if (used.some((each) => each.server === server)) continue;
      diagnostics.push({
        severity: "warning",
        code: "gateway-port-conflict",
        resource: formatRef(refOf(gateway)),
        path: `spec.servers[${index}].port`,
        message: `port ${port} with protocol ${server.port.protocol} is left out: ${used.length > 0 ? "another server of this gateway uses the port with another protocol" : "this protocol is not served by gateways yet"}`,
        hint: "give it a port of its own, with HTTP, HTTP2, GRPC or HTTPS",
      });
    }
    if (used.length === 0) continue;
    const origins = used.map(
      ({ gateway, index }): Origin => ({ resource: formatRef(refOf(gateway)), path: `spec.servers[${index}]` }),
    );
    const bindPort = node.metadata.PHAROS_GATEWAY_PORTS[String(port)] ?? port;
    const groups =
      plain.length > 0
        ? [{ name: `http.${port}`, servers: used }]
        : used.map((each) => ({ name: secureRouteName(port, each), servers: [each] }));
    for (const group of groups) routes.push(buildGatewayRoutes(world, group.name, port, group.servers, guard));
    const manager = (name: string) =>
      buildHttpManager({
        direction: "gateway",
        statPrefix: `outbound_0.0.0.0_${port}`,
        routes: name,
        filters: AUTHORIZATION_FILTERS,
        telemetry,
      });
    listeners.push({
      origins,
      listener: create(ListenerSchema, {
        name: `${node.address}_${bindPort}`,
        address: {
          address: {
            case: "socketAddress",
            value: { address: node.address, portSpecifier: { case: "portValue", value: bindPort } },
          },
        },
        trafficDirection: TrafficDirection.OUTBOUND,
        listenerFilters:
          plain.length > 0 ? [] : [typed("envoy.filters.listener.tls_inspector", TlsInspectorSchema, {})],
        filterChains: groups.map(({ name, servers: own }) => {
          const [first] = own;
          const sni = (first?.server.hosts ?? []).map(hostPart).filter((host) => host !== "*");
          return {
            name,
            filters: [manager(name)],
            ...(plain.length > 0 || first === undefined
              ? {}
              : {
                  ...(sni.length === 0 ? {} : { filterChainMatch: { serverNames: sni } }),
                  transportSocket: buildServerTls(first.server.tls ?? {}, world.mesh.trustDomain),
                }),
          };
        }),
      }),
    });
  }
  return { listeners, routes, diagnostics };
}

function secureRouteName(port: number, { gateway, server }: PlacedServer): string {
  return `https.${port}.${server.port.name}.${gateway.metadata.name}.${gateway.metadata.namespace}`;
}

/** `namespace/host` → host. */
function hostPart(host: string): string {
  return host.slice(host.indexOf("/") + 1);
}

function buildServerTls(tls: ServerTls, trustDomain: string): Init<typeof TransportSocketSchema> {
  if (tls.mode === "ISTIO_MUTUAL") return meshDownstream(trustDomain);
  const file = (path: string | undefined) => ({ specifier: { case: "filename", value: path ?? "" } as const });
  const isMutual = tls.mode === "MUTUAL";
  return typed("envoy.transport_sockets.tls", DownstreamTlsContextSchema, {
    ...(isMutual ? { requireClientCertificate: true } : {}),
    commonTlsContext: {
      alpnProtocols: ["h2", "http/1.1"],
      tlsParams: {
        // As in Istio: nothing older than 1.2 unless it is asked for.
        tlsMinimumProtocolVersion: TLS_VERSION[tls.minProtocolVersion ?? "TLSV1_2"],
        tlsMaximumProtocolVersion: TLS_VERSION[tls.maxProtocolVersion ?? "TLS_AUTO"],
        cipherSuites: [...(tls.cipherSuites ?? [])],
      },
      tlsCertificates: [{ certificateChain: file(tls.serverCertificate), privateKey: file(tls.privateKey) }],
      ...(isMutual
        ? {
            validationContextType: {
              case: "validationContext" as const,
              value: {
                trustedCa: file(tls.caCertificates),
                matchTypedSubjectAltNames: subjectAltNames(tls.subjectAltNames ?? []),
              },
            },
          }
        : {}),
    },
  });
}

/** Virtual hosts of a gateway port: VirtualServices bound to its gateways, as far as their hosts meet the servers'. */
function buildGatewayRoutes(
  world: World,
  name: string,
  port: number,
  servers: readonly PlacedServer[],
  guard: Guard,
): { config: RouteConfiguration; origins: Origin[] } {
  const hosts = new Map<string, { routes: RouteInit[]; redirectsToTls: boolean }>();
  const origins: Origin[] = [];
  for (const { gateway, server } of servers) {
    const id = `${gateway.metadata.namespace}/${gateway.metadata.name}`;
    for (const service of world.all("VirtualService")) {
      if (
        !gatewaysOf(service).includes(id) ||
        !isVisible(service.spec.exportTo, service.metadata.namespace, gateway.metadata.namespace)
      )
        continue;
      for (const short of service.spec.hosts ?? []) {
        const host = expandHost(short, service.metadata.namespace, world.mesh.domainSuffix);
        const meets = server.hosts.some((each) =>
          meetsServer(each, host, service.metadata.namespace, gateway.metadata.namespace),
        );
        if (!meets) continue;
        // Several services may add to one host: the oldest first, a catch-all of one does not hide the next one's specific routes before it.
        const routes = buildRoutes(service, {
          world,
          namespace: gateway.metadata.namespace,
          gateway: id,
          port,
          labels: {},
        });
        const known = hosts.get(host);
        if (known === undefined)
          hosts.set(host, { routes: [...routes], redirectsToTls: server.tls?.httpsRedirect === true });
        else known.routes.push(...routes);
        origins.push(...originsOf(service));
      }
    }
  }
  const ordered = [...hosts].sort(([a], [b]) => bySpecificity(a, b) || a.localeCompare(b));
  const virtualHosts = ordered.map(([host, { routes, redirectsToTls }]) => ({
    name: `${host}:${port}`,
    domains: host === "*" ? ["*"] : [host, `${host}:*`],
    routes: redirectsToTls
      ? [
          {
            match: { pathSpecifier: { case: "prefix" as const, value: "/" } },
            action: {
              case: "redirect" as const,
              value: { schemeRewriteSpecifier: { case: "httpsRedirect" as const, value: true } },
            },
          },
        ]
      : catchAllsLast(routes),
    includeRequestAttemptCount: true,
  }));
  const blackhole = { name: `blackhole:${port}`, domains: ["*"], routes: [] };
  const config = create(RouteConfigurationSchema, {
    name,
    virtualHosts: virtualHosts.some(({ domains }) => domains.includes("*"))
      ? virtualHosts
      : [...virtualHosts, blackhole],
    validateClusters: false,
    typedPerFilterConfig: guard.rules,
  });
  return { config, origins: [...guard.origins, ...origins] };
}

function meetsServer(serverHost: string, host: string, serviceNamespace: string, gatewayNamespace: string): boolean {
  const slash = serverHost.indexOf("/");
  const wanted = slash < 0 ? "*" : serverHost.slice(0, slash);
  const inNamespace =
    wanted === "*" || wanted === serviceNamespace || (wanted === "." && serviceNamespace === gatewayNamespace);
  const pattern = hostPart(serverHost);
  return inNamespace && (hostMatches(pattern, host) || hostMatches(host, pattern));
}

function catchAllsLast(routes: readonly RouteInit[]): RouteInit[] {
  const isCatchAll = (route: RouteInit): boolean =>
    route.match?.pathSpecifier?.case === "prefix" &&
    route.match.pathSpecifier.value === "/" &&
    (route.match.headers ?? []).length === 0 &&
    (route.match.queryParameters ?? []).length === 0;
  return [...routes.filter((route) => !isCatchAll(route)), ...routes.filter(isCatchAll)];
}
