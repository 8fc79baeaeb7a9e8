import type { TrafficKey } from "#core/telemetry/traffic.ts";
import { UNKNOWN } from "#core/telemetry/workload-label.ts";

/** Who counted it, by its certificate: its side of every key is stamped with that. */
export function ownerOf({ reporter, sourcePrincipal, destinationPrincipal }: TrafficKey): string {
  return reporter === "source" ? sourcePrincipal : destinationPrincipal;
}

/**
 * Where windows are counted whose reporter has more keys than it may: by its own identity and what has few values. An
 * identity has some hundreds of these at most.
 */
export function overflowKey(key: TrafficKey): TrafficKey {
  const isSource = key.reporter === "source";
  return {
    reporter: key.reporter,
    sourceWorkload: UNKNOWN,
    sourceNamespace: isSource ? key.sourceNamespace : UNKNOWN,
    sourceApp: UNKNOWN,
    sourceVersion: UNKNOWN,
    sourcePrincipal: isSource ? key.sourcePrincipal : UNKNOWN,
    destinationWorkload: UNKNOWN,
    destinationNamespace: isSource ? UNKNOWN : key.destinationNamespace,
    destinationApp: UNKNOWN,
    destinationVersion: UNKNOWN,
    destinationPrincipal: isSource ? UNKNOWN : key.destinationPrincipal,
    destinationService: UNKNOWN,
    destinationPort: 0,
    protocol: key.protocol,
    // By its class: agents may say any number.
    responseCode: Math.min(5, Math.floor(key.responseCode / 100)) * 100,
    grpcStatus: key.grpcStatus === "" || key.grpcStatus === "0" ? key.grpcStatus : "2",
    responseFlags: key.responseFlags === "-" ? "-" : UNKNOWN,
    security: key.security,
    deniedBy: key.deniedBy === "" ? "" : UNKNOWN,
    fromGateway: key.fromGateway,
    sourceAddress: "",
  };
}
