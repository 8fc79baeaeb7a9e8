/** Closed list; the one table to tRPC, gRPC and HTTP is in `core/error-codes.ts`. */
export type ErrorCode =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "too-large"
  | "exhausted"
  | "unavailable"
  | "timeout"
  | "internal";

/** What a program may read of an error beside its code; nobody reads it out of the words. */
export interface ErrorDetails {
  /** `VirtualService/default/reviews`: the resource that stands in the way. */
  readonly resource?: string;
  /** After so long what was too much now may be sent again. */
  readonly retryAfterMs?: number;
}

export interface PharosErrorOptions {
  /** What the person should do next; shown after the message. */
  readonly hint?: string;
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/** The one error class. `message` is lower case, safe to show, names the thing; `hint` names the next step. */
export class PharosError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: PharosErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PharosError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** The only funnel from unknown failures; a PharosError passes through. */
  static from(error: unknown, context?: string): PharosError {
    if (error instanceof PharosError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new PharosError("internal", context === undefined ? message : `${context}: ${message}`, { cause: error });
  }

  override toString(): string {
    return this.hint === undefined ? this.message : `${this.message} (hint: ${this.hint})`;
  }
}
