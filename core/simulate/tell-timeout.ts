import type { Headers } from "#core/simulate/headers.ts";
import { isGrpc } from "#core/simulate/local-reply.ts";
import type { ForwardAction } from "#core/simulate/route.ts";

const GRPC_TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };
const GRPC_VALUE_MAX = 99_999_999;

/**
 * Puts into a request how long the called have, as Envoy's router does before it sends it: one try's time where a try has one that is
 * shorter, else all of it (`FilterUtility::setTimeoutHeaders`). Calls of gRPC bring a time of their own, up to the route's.
 */
export function tellTimeout(
  {
    timeoutMs,
    perTryTimeoutMs,
    grpcTimeoutMsMax,
  }: Pick<ForwardAction, "timeoutMs" | "perTryTimeoutMs" | "grpcTimeoutMsMax">,
  headers: Headers,
): void {
  const max = isGrpc(headers) ? grpcTimeoutMsMax : undefined;
  const allMs = max === undefined ? timeoutMs : askedMs(headers, max);
  const isTryShorter = perTryTimeoutMs > 0 && (allMs === 0 || perTryTimeoutMs < allMs);
  const expectedMs = isTryShorter ? perTryTimeoutMs : allMs;
  if (expectedMs === 0) return;
  headers.set("x-envoy-expected-rq-timeout-ms", String(expectedMs));
  if (max !== undefined) headers.set("grpc-timeout", formatGrpc(expectedMs));
}

/** 0 of both is without end. */
function askedMs(headers: Headers, max: number): number {
  const [, value = "0", unit = "m"] = GRPC_TIMEOUT.exec(headers.get("grpc-timeout") ?? "") ?? [];
  const asked = Math.ceil(Number(value) * (UNIT_MS[unit] ?? 1));
  return max > 0 && (asked === 0 || asked > max) ? max : asked;
}

function formatGrpc(ms: number): string {
  return ms > GRPC_VALUE_MAX ? `${Math.floor(ms / 1000)}S` : `${ms}m`;
}
