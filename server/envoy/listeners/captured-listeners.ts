import type { Origin } from "#core/xds/layer.ts";
import type { Listener } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { type HostConnections, shareConnections } from "#server/envoy/listeners/captured-connections.ts";
import type { CallTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import {
  buildCapturedListener,
  buildPortListener,
  buildVirtualOutbound,
} from "#server/envoy/listeners/outbound-listener.ts";

interface HttpTraffic {
  readonly httpPorts: readonly number[];
  readonly isDetected: (port: number) => boolean;
  readonly takesGrpcWeb: (port: number) => boolean;
  /** Cluster of what nobody knows the destination of. */
  readonly otherwise: string;
}

/** A listener that is not built yet. */
export interface PlannedListener {
  readonly name: string;
  /** All that it follows from beside the proxy's telemetry: where each is the same value or object, it is the same listener. */
  readonly inputs: readonly unknown[];
  readonly build: (telemetry: CallTelemetry) => Listener;
  readonly origins: readonly Origin[];
}

/** The one that captures, one for each port, and one for each address that is a service's own. */
export function planCapturedListeners(
  { httpPorts, isDetected, takesGrpcWeb, otherwise }: HttpTraffic,
  connections: readonly HostConnections[],
): PlannedListener[] {
  const byPort = Map.groupBy(
    connections.filter(({ shared }) => shared.length > 0),
    ({ port }) => port,
  );
  const ports = [...new Set([...httpPorts, ...byPort.keys()])].sort((a, b) => a - b);
  const shared = ports.map((port): PlannedListener => {
    const asking = byPort.get(port) ?? [];
    const traffic = {
      ...{ port, hasHttp: httpPorts.includes(port), isDetected: isDetected(port) },
      ...{ takesGrpcWeb: takesGrpcWeb(port), otherwise },
    };
    return {
      name: `0.0.0.0_${port}`,
      inputs: [...Object.values(traffic), ...asking],
      build: (telemetry) => buildPortListener({ ...traffic, chains: shareConnections(asking) }, telemetry),
      origins: asking.flatMap(({ origins }) => origins),
    };
  });
  const own = connections.flatMap((each) => {
    const { port, isDetected: hasHttp, addresses, own: chains, origins } = each;
    const traffic = { port, hasHttp, isDetected: hasHttp, takesGrpcWeb: false, chains, otherwise };
    return addresses.map(
      (address): PlannedListener => ({
        name: `${address}_${port}`,
        inputs: [each, otherwise],
        build: (telemetry) => buildCapturedListener(address, traffic, telemetry),
        origins,
      }),
    );
  });
  const capturing: PlannedListener = {
    name: "virtualOutbound",
    inputs: [otherwise],
    build: (telemetry) => buildVirtualOutbound(otherwise, telemetry),
    origins: [],
  };
  return [capturing, ...shared, ...own];
}
