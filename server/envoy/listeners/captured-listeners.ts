import type { Origin } from "#core/xds/layer.ts";
import type { Listener } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { type HostConnections, shareConnections } from "#server/envoy/listeners/captured-connections.ts";
import type { ProxyTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import { buildCapturedListener, buildPortListener } from "#server/envoy/listeners/outbound-listener.ts";

interface HttpTraffic {
  readonly httpPorts: readonly number[];
  readonly isDetected: (port: number) => boolean;
  /** Cluster of what nobody knows the destination of. */
  readonly otherwise: string;
}

interface BuiltListener {
  readonly listener: Listener;
  readonly origins: readonly Origin[];
}

/** One for each port, and one for each address that is a service's own. */
export function buildCapturedListeners(
  { httpPorts, isDetected, otherwise }: HttpTraffic,
  connections: readonly HostConnections[],
  telemetry: ProxyTelemetry,
): BuiltListener[] {
  const byPort = Map.groupBy(
    connections.filter(({ shared }) => shared.length > 0),
    ({ port }) => port,
  );
  const ports = [...new Set([...httpPorts, ...byPort.keys()])].sort((a, b) => a - b);
  const shared = ports.map((port): BuiltListener => {
    const asking = byPort.get(port) ?? [];
    const traffic = {
      port,
      hasHttp: httpPorts.includes(port),
      isDetected: isDetected(port),
      chains: shareConnections(asking),
      otherwise,
    };
    return { listener: buildPortListener(traffic, telemetry), origins: asking.flatMap(({ origins }) => origins) };
  });
  const own = connections.flatMap(({ port, isDetected: hasHttp, addresses, own: chains, origins }) =>
    addresses.map((address): BuiltListener => {
      const traffic = { port, hasHttp, isDetected: hasHttp, chains, otherwise };
      return { listener: buildCapturedListener(address, traffic, telemetry), origins };
    }),
  );
  return [...shared, ...own];
}
