import { mayBeHttp, protocolOf } from "#core/model/protocol.ts";
import { placesOfRoutes } from "#core/resolve/delegates.ts";
import type { EgressPort } from "#core/resolve/sidecar.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { Listener } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import type { CallTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import { buildBoundHttp, buildExplicitHttp, buildExplicitTcp } from "#server/envoy/listeners/outbound-listener.ts";
import { buildTcpChains } from "#server/envoy/listeners/tcp-target.ts";
import type { OutboundScope } from "#server/envoy/outbound-scope.ts";
import { buildServiceTable, type ServiceTable } from "#server/envoy/routes/service-table.ts";
import type { ScopedReaders } from "#server/envoy/scoped-reader.ts";

/** Whose listeners they are. */
export interface OwnCaller {
  readonly namespace: string;
  readonly labels: Labels;
  readonly telemetry: CallTelemetry;
}

interface OwnListener {
  readonly listener: Listener;
  readonly origins: readonly Origin[];
}

/** Of ports that a Sidecar names those that somebody known has. */
export function egressListeners(
  scope: OutboundScope,
  ports: readonly EgressPort[],
  { namespace, labels, telemetry }: OwnCaller,
): readonly OwnListener[] {
  const http = scope.routedPorts(ports).map(({ address, number, takesGrpcWeb }): OwnListener => {
    const needs = { ...scope.needsOf(number), takesGrpcWeb };
    return { listener: buildBoundHttp(address, number, String(number), telemetry, needs), origins: [] };
  });
  const tcp = ports.flatMap(({ address, number, isHttp, hosts: [host] }): OwnListener[] => {
    if (isHttp || host === undefined) return [];
    const { named: world, called } = scope.readers;
    const port = world.service(host, namespace)?.ports.find((each) => each.number === number);
    if (port === undefined) return [];
    const { chains, routed } = buildTcpChains(
      host,
      world.virtualServices(host, namespace, "mesh", number),
      protocolOf(port) === "tls" ? "tls" : "tcp",
      { world: called, namespace, gateway: "mesh", port: number, labels },
    );
    const listener = buildExplicitTcp(number, chains, telemetry, address);
    return [{ listener, origins: routed.flatMap(placesOfRoutes) }];
  });
  return [...http, ...tcp];
}

/** Of a port that an agent is told to have for one service, and its routes where they are of HTTP. */
export function explicitListener(
  { named: world, called }: ScopedReaders,
  { host, port, bindPort }: { readonly host: string; readonly port: number; readonly bindPort: number },
  { namespace, labels, telemetry }: OwnCaller,
): OwnListener & { readonly routes: ServiceTable | undefined } {
  const declared = world.service(host, namespace)?.ports.find(({ number }) => number === port);
  const virtualServices = world.virtualServices(host, namespace, "mesh", port);
  const context = { world: called, namespace, gateway: "mesh", port, labels };
  const protocol = declared === undefined ? "http" : protocolOf(declared);
  const tcp = buildTcpChains(host, virtualServices, protocol, context);
  const tcpOrigins = tcp.routed.flatMap(placesOfRoutes);
  if (!mayBeHttp(protocol))
    return { listener: buildExplicitTcp(bindPort, tcp.chains, telemetry), origins: tcpOrigins, routes: undefined };
  const table = buildServiceTable(`127.0.0.1_${bindPort}`, { host, port }, world, context);
  const otherwise = protocol === "auto" ? tcp.chains : [];
  const needs = { takesGrpcWeb: protocol === "grpc-web", looksUpHosts: table.looksUpHosts };
  return {
    listener: buildExplicitHttp(bindPort, table.config.name, telemetry, { otherwise, needs }),
    origins: otherwise.length === 0 ? [] : tcpOrigins,
    routes: table,
  };
}
