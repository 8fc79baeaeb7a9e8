/** The labels that requests are counted by: Istio's standard ones. Unknown values are "unknown". */
export interface TrafficKey {
  readonly reporter: "source" | "destination";
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
}

/** Requests of one key over some time. */
export interface TrafficRow {
  readonly key: TrafficKey;
  readonly count: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationSumMs: number;
  /** Per bucket of `core/telemetry/buckets.ts`. */
  readonly buckets: ArrayLike<number>;
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
