import type { UnknownCalls } from "#core/resolve/unknown-calls.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { Listener } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import type { RouteNeeds } from "#server/envoy/features/http-filter.ts";
import { type HostConnections, shareConnections } from "#server/envoy/listeners/captured-connections.ts";
import type { CallTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import {
  buildCapturedListener,
  buildPortListener,
  buildVirtualOutbound,
} from "#server/envoy/listeners/outbound-listener.ts";
import { unknownCluster } from "#server/envoy/routes/last-virtual-host.ts";

interface HttpTraffic {
  readonly httpPorts: readonly number[];
  readonly isDetected: (port: number) => boolean;
  readonly needsOf: (port: number) => RouteNeeds;
  readonly unknown: UnknownCalls;
}

/** A listener that is not built yet. */
export interface PlannedListener {
  readonly name: string;
  /** For proxies alone whose agents capture IPv6: a kernel without it would have Envoy refuse it. */
  readonly isOfIpv6: boolean;
  /** All that it follows from beside the proxy's telemetry: where each is the same value or object, it is the same listener. */
  readonly inputs: readonly unknown[];
  readonly build: (telemetry: CallTelemetry) => Listener;
  readonly origins: readonly Origin[];
}

/** The one that captures, one for each port, and one for each address that is a service's own. */
export function planCapturedListeners(
  { httpPorts, isDetected, needsOf, unknown }: HttpTraffic,
  connections: readonly HostConnections[],
): PlannedListener[] {
  const otherwise = unknownCluster(unknown);
  const sharing = connections.filter(({ shared }) => shared.length > 0);
  // Whoever a Sidecar's listener for the port names has it alone but for addresses of others' own.
  // Requests to a port without protocol come to the addresses of its services.
  const named = new Set([
    ...httpPorts.filter((port) => !isDetected(port)),
    ...sharing.flatMap(({ port, isBeside, hasPort }) => (isBeside || !hasPort ? [] : [port])),
  ]);
  const byPort = Map.groupBy(
    sharing.filter(({ port, isBeside }) => !isBeside || !named.has(port)),
    ({ port }) => port,
  );
  const ports = [...new Set([...httpPorts, ...byPort.keys()])].sort((a, b) => a - b);
  const shared = ports.map((port): PlannedListener => {
    const asking = byPort.get(port) ?? [];
    const traffic = { port, hasHttp: httpPorts.includes(port), isDetected: isDetected(port), otherwise };
    const needs = needsOf(port);
    return {
      name: `0.0.0.0_${port}`,
      isOfIpv6: false,
      inputs: [...Object.values(traffic), ...Object.values(needs), ...asking],
      build: (telemetry) => buildPortListener({ ...traffic, needs, chains: shareConnections(asking) }, telemetry),
      origins: asking.flatMap(({ origins }) => origins),
    };
  });
  const own = connections.flatMap((each) => {
    const { port, addresses, own: chains, origins, table } = each;
    const hasHttp = table !== undefined;
    const needs = { takesGrpcWeb: false, looksUpHosts: table?.looksUpHosts === true };
    const traffic = { port, hasHttp, isDetected: hasHttp, needs, chains, otherwise, table: table?.name };
    return addresses.map(
      (address): PlannedListener => ({
        name: `${address}_${port}`,
        isOfIpv6: address.includes(":"),
        inputs: [each, otherwise],
        build: (telemetry) => buildCapturedListener(address, traffic, telemetry),
        origins,
      }),
    );
  });
  // Only those to ports that have no listener are looked into: a server that speaks first is not kept waiting.
  const known =
    unknown.kind === "looked-up" ? [...new Set([...ports, ...connections.map(({ port }) => port)])] : undefined;
  const capturing: PlannedListener = {
    name: "virtualOutbound",
    isOfIpv6: false,
    inputs: [otherwise, known?.join()],
    build: (telemetry) => buildVirtualOutbound(otherwise, telemetry, known),
    origins: [],
  };
  return [capturing, ...shared, ...own];
}
