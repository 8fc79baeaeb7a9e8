import type { TrafficKey, TrafficRow } from "#core/telemetry/traffic.ts";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** What agents reported, as rows that a graph is built from; each end is taken at its word. */
export function rowsOfWindows(windows: readonly RequestWindow[]): TrafficRow[] {
  return windows.map((window) => ({
    key: {
      reporter: window.reporter as TrafficKey["reporter"],
      sourceWorkload: window.sourceWorkload,
      sourceNamespace: window.sourceWorkloadNamespace,
      sourceApp: window.sourceApp,
      sourceVersion: window.sourceVersion,
      sourcePrincipal: window.sourcePrincipal,
      destinationWorkload: window.destinationWorkload,
      destinationNamespace: window.destinationWorkloadNamespace,
      destinationApp: window.destinationApp,
      destinationVersion: window.destinationVersion,
      destinationPrincipal: window.destinationPrincipal,
      destinationService: window.destinationService,
      destinationPort: window.destinationPort,
      protocol: window.requestProtocol as TrafficKey["protocol"],
      responseCode: window.responseCode,
      grpcStatus: window.grpcResponseStatus,
      responseFlags: window.responseFlags,
      security: window.connectionSecurityPolicy as TrafficKey["security"],
      deniedBy: window.deniedBy,
      fromGateway: window.fromGateway,
      sourceAddress: window.sourceAddress,
    },
    count: Number(window.count),
    requestBytes: Number(window.requestBytes),
    responseBytes: Number(window.responseBytes),
    durationSumMs: window.durationSumMs,
    buckets: window.durationBuckets,
    bucketsAt: 0,
  }));
}
