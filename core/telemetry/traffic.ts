/** The labels that requests are counted by: Istio's standard ones. Unknown values are "unknown". */
export interface TrafficKey {
  /** The end that told. "mirror": the called end, of copies that a route's mirror made: no part of what callers asked. */
  readonly reporter: "source" | "destination" | "mirror";
  readonly sourceWorkload: string;
  readonly sourceNamespace: string;
  readonly sourceApp: string;
  readonly sourceVersion: string;
  readonly sourcePrincipal: string;
  readonly destinationWorkload: string;
  readonly destinationNamespace: string;
  readonly destinationApp: string;
  readonly destinationVersion: string;
  readonly destinationPrincipal: string;
  /** Host name. */
  readonly destinationService: string;
  readonly destinationPort: number;
  readonly protocol: "http" | "grpc" | "tcp";
  /** 0 when nothing was answered. */
  readonly responseCode: number;
  /** Empty unless gRPC. */
  readonly grpcStatus: string;
  /** "-" for none. */
  readonly responseFlags: string;
  readonly security: "mutual_tls" | "none" | "unknown";
  /** As Envoy names the policy; empty when none refused. */
  readonly deniedBy: string;
  readonly fromGateway: boolean;
  /** Of a caller without a certificate: its address, or "other" where there were too many; empty for the rest. */
  readonly sourceAddress: string;
}

/** Requests of one key over some time. */
export interface TrafficRow {
  readonly key: TrafficKey;
  readonly count: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationSumMs: number;
  /** Holds the latency histogram, one count per bucket of `core/telemetry/buckets.ts`, from `bucketsAt` on. */
  readonly buckets: ArrayLike<number>;
  readonly bucketsAt: number;
  /** `pairOf(key)`, where it is at hand. */
  readonly pair?: string;
}

/** Names the two ends and the protocol: all that tells one edge of a mesh from another. */
export function pairOf(key: TrafficKey): string {
  return pairBetween(`${key.sourceNamespace}/${key.sourceWorkload}`, key);
}

/** The same with the caller named otherwise (`namespace/workload`). */
export function pairBetween(source: string, key: TrafficKey): string {
  const { destinationWorkload, destinationNamespace, destinationService, protocol } = key;
  // What reached no workload is told apart by the service it was for.
  const target =
    destinationWorkload === "unknown" ? `?${destinationService}` : `${destinationNamespace}/${destinationWorkload}`;
  return `${source}>${target}>${protocol}`;
}

/** How an answer counts, for error shares and for health. */
export type Outcome = "ok" | "client-error" | "server-error" | "no-response" | "grpc-error" | "denied";

/** Of HTTP requests by code, of gRPC by status unless HTTP itself failed, of TCP by Envoy's flags. */
export function outcomeOf(key: TrafficKey): Outcome {
  if (key.deniedBy !== "") return "denied";
  if (key.protocol === "tcp") return key.responseFlags === "-" ? "ok" : "no-response";
  if (key.responseCode === 0) return "no-response";
  if (key.responseCode >= 500) return "server-error";
  if (key.protocol === "grpc" && key.grpcStatus !== "" && key.grpcStatus !== "0") return "grpc-error";
  return key.responseCode >= 400 ? "client-error" : "ok";
}
