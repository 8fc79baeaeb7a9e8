import { ERROR_CODES } from "#core/error-codes.ts";
import { PharosError } from "#core/errors.ts";

/** Until a store that failed is asked again. */
export const STORE_RETRY_MS = 5000;

/** What the sender got wrong; all else is this side's, and may be sent again. */
const SENDERS: ReadonlySet<PharosError["code"]> = new Set(["invalid", "too-large", "unauthenticated", "forbidden"]);

/** How HTTP says what went wrong with something that was handed over: whether, and when, it may be sent again. */
export function retryAfter(error: unknown): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} {
  const { code, details } = PharosError.from(error);
  if (SENDERS.has(code)) return { status: ERROR_CODES[code].http, headers: {} };
  const status = details.retryAfterMs === undefined ? 503 : 429;
  const seconds = Math.ceil((details.retryAfterMs ?? STORE_RETRY_MS) / 1000);
  return { status, headers: { "retry-after": String(seconds) } };
}
