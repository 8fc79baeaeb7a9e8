import { create } from "@bufbuild/protobuf";
import type { Diagnostic } from "#core/diagnostic.ts";
import { CIPHER_SUITES } from "#core/kinds/gateway/cipher-suites.ts";
import type { ServerTls } from "#core/kinds/gateway/schema.ts";
import { hostPart } from "#core/resolve/gateway-hosts.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Origin, ProxyNode } from "#core/xds/layer.ts";
import type { TransportSocketSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { TrafficDirection } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import type { RouteConfiguration } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { TlsInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js";
import { TlsParameters_TlsProtocol } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import { DownstreamTlsContextSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { fileCertificate, fileRoots, HANDSHAKE_TIMEOUT_MS, meshDownstream } from "#server/envoy/build-tls.ts";
import { buildRefusedAccessLog } from "#server/envoy/listeners/build-access-log.ts";
import { buildHttpManager, type ProxyTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import { durationMs, type Init, typed } from "#server/envoy/pack.ts";
import {
  buildGatewayRoutes,
  type GatewayContext,
  type PlacedServer,
  type ServerGroup,
} from "#server/envoy/routes/gateway-routes.ts";

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
  world: CompileReader,
  node: ProxyNode,
  labels: Readonly<Record<string, string>>,
  telemetry: ProxyTelemetry,
): BuiltGateway {
  const context: GatewayContext = { world, node, labels, policies: world.policiesOver(node.namespace, labels) };
  const placed = world
    .gatewaysFor(labels)
    .flatMap((gateway) =>
      (gateway.spec.servers ?? []).map((server, index): PlacedServer => ({ gateway, index, server })),
    );
  const diagnostics: Diagnostic[] = [];
  const listeners: { listener: Listener; origins: Origin[] }[] = [];
  const routes: { config: RouteConfiguration; origins: Origin[] }[] = [];
  for (const [port, servers] of Map.groupBy(placed, ({ server }) => server.port.number)) {
    const isPlain = ({ server }: PlacedServer): boolean => PLAIN_PROTOCOLS.has(server.port.protocol.toUpperCase());
    const served = servers.filter((placed) => isPlain(placed) || placed.server.port.protocol.toUpperCase() === "HTTPS");
    // The oldest decides what the port is.
    const [oldest] = served;
    const isPlainPort = oldest !== undefined && isPlain(oldest);
    const used = served.filter((placed) => isPlain(placed) === isPlainPort);
    for (const { gateway, index, server } of servers) {
      if (used.some((each) => each.server === server)) continue;
      diagnostics.push({
        severity: "warning",
        code: "gateway-port-conflict",
        resource: formatRef(refOf(gateway)),
        path: ["spec", "servers", index, "port"],
        message: `port ${port} with protocol ${server.port.protocol} is left out: ${used.length > 0 ? "another server of this gateway uses the port with another protocol" : "this protocol is not served by gateways yet"}`,
        hint: "give it a port of its own, with HTTP, HTTP2, GRPC or HTTPS",
      });
    }
    if (used.length === 0) continue;
    const origins = used.map(
      ({ gateway, index }): Origin => ({ resource: formatRef(refOf(gateway)), path: `spec.servers[${index}]` }),
    );
    const bindPort = node.metadata.PHAROS_GATEWAY_PORTS[String(port)] ?? port;
    const groups = isPlainPort ? [{ name: `http.${port}`, servers: used, sni: [] }] : bySni(port, used, diagnostics);
    for (const group of groups) routes.push(buildGatewayRoutes(group, port, context));
    const manager = (name: string) =>
      buildHttpManager({
        direction: "gateway",
        statPrefix: `outbound_0.0.0.0_${port}`,
        routes: name,
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
        perConnectionBufferLimitBytes: world.settings.gatewayConnections.listenerPerConnectionBufferLimitBytes,
        accessLog: isPlainPort ? [] : buildRefusedAccessLog(telemetry.accessLog, "gateway"),
        listenerFilters: isPlainPort ? [] : [typed("envoy.filters.listener.tls_inspector", TlsInspectorSchema, {})],
        filterChains: groups.map(({ name, servers: own, sni }) => {
          const [first] = own;
          return {
            name,
            filters: [manager(name)],
            ...(isPlainPort || first === undefined
              ? {}
              : {
                  ...(sni.length === 0 ? {} : { filterChainMatch: { serverNames: [...sni] } }),
                  transportSocket: buildServerTls(first.server.tls ?? {}, world.mesh.trustDomain),
                  transportSocketConnectTimeout: durationMs(HANDSHAKE_TIMEOUT_MS),
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

/** One group for each server. Envoy refuses a listener in which two answer for one name: it stays the first one's. */
function bySni(port: number, servers: readonly PlacedServer[], diagnostics: Diagnostic[]): ServerGroup[] {
  const owners = new Map<string, string>();
  return servers.flatMap((placed): ServerGroup[] => {
    const ref = formatRef(refOf(placed.gateway));
    const hosts = new Set(placed.server.hosts.map(hostPart));
    const wanted = hosts.has("*") ? ["*"] : [...hosts];
    const free = wanted.filter((host) => !owners.has(host));
    for (const host of wanted) {
      const owner = owners.get(host);
      if (owner !== undefined)
        diagnostics.push({
          severity: "warning",
          code: "gateway-host-conflict",
          resource: ref,
          path: ["spec", "servers", placed.index, "hosts"],
          message: `${host} on port ${port} is left out: ${owner} serves it there already`,
          hint: "name a host in one server of a port only",
        });
      else owners.set(host, ref);
    }
    if (free.length === 0) return [];
    return [{ name: secureRouteName(port, placed), servers: [placed], sni: free.filter((host) => host !== "*") }];
  });
}

function buildServerTls(tls: ServerTls, trustDomain: string): Init<typeof TransportSocketSchema> {
  if (tls.mode === "ISTIO_MUTUAL") return meshDownstream(trustDomain);
  const isMutual = tls.mode === "MUTUAL";
  return typed("envoy.transport_sockets.tls", DownstreamTlsContextSchema, {
    ...(isMutual ? { requireClientCertificate: true } : {}),
    commonTlsContext: {
      alpnProtocols: ["h2", "http/1.1"],
      tlsParams: {
        // As in Istio: nothing older than 1.2 unless it is asked for.
        tlsMinimumProtocolVersion: TLS_VERSION[tls.minProtocolVersion ?? "TLSV1_2"],
        tlsMaximumProtocolVersion: TLS_VERSION[tls.maxProtocolVersion ?? "TLS_AUTO"],
        cipherSuites: [...new Set(tls.cipherSuites ?? [])].filter((suite) => CIPHER_SUITES.has(suite)),
      },
      tlsCertificateSdsSecretConfigs: [fileCertificate(tls.serverCertificate ?? "", tls.privateKey ?? "")],
      ...(isMutual ? fileRoots(tls.caCertificates ?? "", tls.subjectAltNames ?? []) : {}),
    },
  });
}
