import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { Histogram } from "#core/telemetry/histogram.ts";
import type { TextPool } from "#core/telemetry/text-pool.ts";

export type HistogramName = "durations" | "requestSizes" | "responseSizes";

/** Requests of one key over some time. */
export interface TrafficRow {
  readonly key: TrafficKey;
  /** Of TCP the connections that ended. */
  readonly count: number;
  /** TCP connections that began; 0 for the rest. */
  readonly opened: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationSumMs: number;
  /** Empty where they were not asked for. */
  readonly durations: Histogram;
  /** Of bodies; only where they were asked for. */
  readonly requestSizes?: Histogram;
  readonly responseSizes?: Histogram;
  /** Where only a part of its histograms is meant: which. */
  readonly share?: number;
  /** `namesOf(key)`, where it is at hand. */
  readonly names?: KeyNames;
}

/** What a key's traffic goes by: made once where keys are kept. */
export interface KeyNames {
  readonly pair: string;
  readonly ends: readonly string[];
}

/** Equal names are one text with a `pool`. */
export function namesOf(key: TrafficKey, pool: Pick<TextPool, "one"> = { one: (text) => text }): KeyNames {
  return { pair: pool.one(pairOf(key)), ends: calledEnds(key).map((end) => pool.one(end)) };
}

/** As what the called end may be known: the service's host, and the workload. */
export function calledEnds(key: TrafficKey): readonly string[] {
  const { destinationService, destinationWorkload, destinationNamespace } = key;
  return [
    ...(destinationService === UNKNOWN ? [] : [destinationService]),
    ...(destinationWorkload === UNKNOWN ? [] : [`${destinationNamespace}/${destinationWorkload}`]),
  ];
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

/** So much of it. */
export function scaleRow(row: TrafficRow, share: number): TrafficRow {
  if (share === 1) return row;
  return {
    ...row,
    count: row.count * share,
    opened: row.opened * share,
    requestBytes: row.requestBytes * share,
    responseBytes: row.responseBytes * share,
    durationSumMs: row.durationSumMs * share,
    share: (row.share ?? 1) * share,
  };
}
