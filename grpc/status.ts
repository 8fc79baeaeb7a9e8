import { ERROR_CODES } from "#core/error-codes.ts";
import { type ErrorCode, PharosError } from "#core/errors.ts";

/** gRPC status numbers that ErrorCode has no word for map to the nearest one. */
const FROM_GRPC: Readonly<Record<number, ErrorCode>> = {
  1: "unavailable",
  2: "internal",
  3: "invalid",
  4: "timeout",
  5: "not-found",
  6: "conflict",
  7: "forbidden",
  8: "exhausted",
  9: "invalid",
  10: "conflict",
  11: "invalid",
  12: "not-found",
  13: "internal",
  14: "unavailable",
  15: "internal",
  16: "unauthenticated",
};

const FAILED = "the server failed at this (hint: its log says why)";

export function errorOfStatus(status: number, message: string): PharosError {
  return new PharosError(FROM_GRPC[status] ?? "internal", message === "" ? `gRPC status ${status}` : message);
}

export function statusOfError(error: unknown): { readonly status: number; readonly message: string } {
  const known = PharosError.from(error);
  // What broke inside (a query, a path, a stack) is for this side's log.
  const message = known.code === "internal" ? FAILED : known.toString();
  return { status: ERROR_CODES[known.code].grpc, message };
}

/** `grpc-message` is percent-encoded: printable ASCII stays, all else and % do not. */
export function encodeMessage(message: string): string {
  return [...Buffer.from(message.slice(0, 4000), "utf8")]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}

export function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** `grpc-timeout`: at most eight digits and a unit. Undefined when absent or not understood; capped at what a timer can wait. */
export function parseTimeoutMs(text: unknown): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(String(text)) ?? [];
  if (digits === undefined) return undefined;
  return Math.min(Math.ceil(Number(digits) * (UNIT_MS[unit] ?? 0)), 2 ** 31 - 1);
}
