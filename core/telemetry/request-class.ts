/** What a request shows, in the order in which they are looked for. */
export const REQUEST_CLASSES = ["denied", "limited", "error", "client-error", "slow", "ok"] as const;
export type RequestClass = (typeof REQUEST_CLASSES)[number];

interface Seen {
  readonly responseCode: number;
  /** Empty where it is no gRPC. */
  readonly grpcStatus: string;
  readonly deniedBy: string;
  readonly isSlow: boolean;
}

/** gRPC's words for "the caller asked for what it may not have": no fault of the server's. */
const GRPC_CLIENT: ReadonlySet<string> = new Set(["1", "3", "5", "6", "7", "9", "11", "16"]);

/** A request has one class, so that those of a histogram sum up. */
export function classOfRequest({ responseCode, grpcStatus, deniedBy, isSlow }: Seen): RequestClass {
  if (deniedBy.startsWith("limit:") || (deniedBy === "" && responseCode === 429)) return "limited";
  if (deniedBy !== "") return "denied";
  if (responseCode >= 500 || responseCode === 0) return "error";
  if (grpcStatus > "0") return GRPC_CLIENT.has(grpcStatus) ? "client-error" : "error";
  if (responseCode >= 400) return "client-error";
  return isSlow ? "slow" : "ok";
}

/** All of these are kept as far as there is room; of the others a fair share. */
export function isTrouble(kind: RequestClass): boolean {
  return kind !== "ok" && kind !== "slow";
}
