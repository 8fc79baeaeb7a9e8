import { ERROR_CODES } from "#core/error-codes.ts";
import { type ErrorCode, type ErrorDetails, PharosError } from "#core/errors.ts";
import { retryDetails } from "#grpc/retry-info.ts";

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

const FAILED = new PharosError("internal", "the server failed at this", { hint: "its log says why" });
/** Beside `grpc-message`, which says the same in one text to clients of other makes: the parts of it, as JSON. */
const DETAILS = "pharos-error";
const MESSAGE_CHARS_MAX = 4000;

interface WireDetails {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly details?: ErrorDetails;
}

/** The error that a call ended with, by its trailers; undefined for status 0, or where there is none. */
export function errorOfTrailers(trailers: Readonly<Record<string, unknown>>): PharosError | undefined {
  const status = Number(trailers["grpc-status"] ?? 0);
  if (status === 0) return undefined;
  const code = FROM_GRPC[status] ?? "internal";
  const { message, hint, details } = readDetails(trailers[DETAILS]) ?? {
    message: decodeMessage(String(trailers["grpc-message"] ?? "")),
  };
  return new PharosError(code, message === "" ? `gRPC status ${status}` : message, {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  });
}

/** What is not as `trailersOfError` writes it counts as not there. */
function readDetails(text: unknown): WireDetails | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const parsed = JSON.parse(decodeMessage(text)) as Partial<Record<keyof WireDetails, unknown>> | null;
    if (typeof parsed?.message !== "string") return undefined;
    const resource = (parsed.details as { readonly resource?: unknown } | undefined)?.resource;
    return {
      message: parsed.message,
      hint: typeof parsed.hint === "string" ? parsed.hint : undefined,
      details: typeof resource === "string" ? { resource } : {},
    };
  } catch {
    return undefined;
  }
}

/** How a call that failed ends. `status` overrides that of the error's code. */
export function trailersOfError(error: unknown, status?: number): Record<string, string> {
  const given = PharosError.from(error);
  // What broke inside (a query, a path, a stack) is for this side's log.
  const known = given.code === "internal" ? FAILED : given;
  const { hint, details } = known;
  const message = known.message.slice(0, MESSAGE_CHARS_MAX);
  const number = status ?? ERROR_CODES[known.code].grpc;
  const { retryAfterMs } = details;
  const hasMore = hint !== undefined || Object.keys(details).length > 0;
  return {
    "grpc-status": String(number),
    "grpc-message": encodeMessage(known.toString().slice(0, MESSAGE_CHARS_MAX)),
    ...(hasMore ? { [DETAILS]: encodeMessage(JSON.stringify({ message, hint, details } satisfies WireDetails)) } : {}),
    ...(retryAfterMs === undefined ? {} : { "grpc-status-details-bin": retryDetails(number, message, retryAfterMs) }),
  };
}

/** `grpc-message` is percent-encoded: printable ASCII stays, all else and % do not. */
function encodeMessage(message: string): string {
  return [...Buffer.from(message, "utf8")]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}

function decodeMessage(text: string): string {
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
