/** What the API says of a failure; see the error formatter in server/api/trpc.ts. */
export interface ApiError {
  readonly message: string;
  /** `not-found`, `conflict`, …; null when the failure is not the API's own (network, a bug). */
  readonly reason: string | null;
  /** What to do next. */
  readonly hint: string | null;
  /** `VirtualService/default/reviews`: what stands in the way; null where no resource does. */
  readonly resource: string | null;
}

const OFFLINE = {
  message: "the server does not answer",
  reason: "unavailable",
  hint: "is `pharos serve` running? This page tries again by itself.",
  resource: null,
} as const;

/** Asked again at once it would only be waited for twice as long. */
const SILENT = {
  message: "the server did not answer in time",
  reason: "silent",
  hint: "It hangs, or has too much to do. What is shown all the time asks again by itself.",
  resource: null,
} as const;

const unknown = (message: string): ApiError => ({ message, reason: null, hint: null, resource: null });

/** A page that the server was asked for and that did not come. */
export const NO_PAGE = new Error("timed out");

/** Reads any thrown value; a failed fetch is told as the server being away. */
export function readApiError(error: unknown): ApiError {
  if (typeof error !== "object" || error === null) return unknown(String(error));
  const { message, data } = error as {
    message?: unknown;
    data?: { reason?: unknown; hint?: unknown; code?: unknown; details?: { resource?: unknown } } | null;
  };
  const text = typeof message === "string" && message !== "" ? message : "something went wrong";
  if (data === undefined || data === null) {
    if (/timed? ?out/i.test(text)) return SILENT;
    // Of a stream that broke tRPC has no other words, for the browser tells an event and no error.
    return /fetch|network|load failed|JSON|^Unknown error$/i.test(text) ? OFFLINE : unknown(text);
  }
  return {
    message: text,
    reason: typeof data.reason === "string" ? data.reason : data.code === "UNAUTHORIZED" ? "unauthenticated" : null,
    hint: typeof data.hint === "string" ? data.hint : null,
    resource: typeof data.details?.resource === "string" ? data.details.resource : null,
  };
}

/** Only what may go away by itself is worth another try. */
export function isRetryable(error: unknown): boolean {
  const { reason } = readApiError(error);
  return reason === null || reason === "unavailable" || reason === "timeout" || reason === "exhausted";
}
