import type { TrafficKey } from "#core/telemetry/dimensions.ts";

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
