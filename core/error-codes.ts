import type { ErrorCode } from "#core/errors.ts";

interface WireCodes {
  readonly http: number;
  /** gRPC status code. */
  readonly grpc: number;
  readonly trpc: string;
}

/** How each error code looks on each wire. */
export const ERROR_CODES = {
  invalid: { http: 400, grpc: 3, trpc: "BAD_REQUEST" },
  unauthenticated: { http: 401, grpc: 16, trpc: "UNAUTHORIZED" },
  forbidden: { http: 403, grpc: 7, trpc: "FORBIDDEN" },
  "not-found": { http: 404, grpc: 5, trpc: "NOT_FOUND" },
  conflict: { http: 409, grpc: 10, trpc: "CONFLICT" },
  "too-large": { http: 413, grpc: 8, trpc: "PAYLOAD_TOO_LARGE" },
  exhausted: { http: 429, grpc: 8, trpc: "TOO_MANY_REQUESTS" },
  unavailable: { http: 503, grpc: 14, trpc: "SERVICE_UNAVAILABLE" },
  timeout: { http: 504, grpc: 4, trpc: "TIMEOUT" },
  internal: { http: 500, grpc: 13, trpc: "INTERNAL_SERVER_ERROR" },
} as const satisfies Record<ErrorCode, WireCodes>;
