import type { CallResult } from "#core/simulate/call.ts";
import type { RetryFacts } from "#core/simulate/route.ts";

const GRPC: Readonly<Record<string, string>> = {
  "1": "cancelled",
  "4": "deadline-exceeded",
  "8": "resource-exhausted",
  "13": "internal",
  "14": "unavailable",
};

/** Whether a route tries again after this: by what kept it from the upstream, or by what the called proxy answered. */
export function isRetried({ conditions, codes }: RetryFacts, { by, flags, status, response }: CallResult): boolean {
  const asks = (...words: readonly string[]): boolean => words.some((word) => conditions.has(word));
  if (by === "caller") {
    if (flags === "UF") return asks("connect-failure", "reset-before-request", "reset", "5xx", "gateway-error");
    return flags === "UC" && asks("reset", "5xx", "gateway-error");
  }
  if (by !== "called" || status === undefined) return false;
  const grpc = GRPC[response.get("grpc-status") ?? ""];
  return (
    (status >= 500 && asks("5xx")) ||
    (status >= 502 && status <= 504 && asks("gateway-error")) ||
    (status === 409 && asks("retriable-4xx")) ||
    (codes.includes(status) && asks("retriable-status-codes")) ||
    (grpc !== undefined && asks(grpc))
  );
}
