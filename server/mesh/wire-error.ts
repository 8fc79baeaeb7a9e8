import { type ErrorCode, type ErrorDetails, PharosError } from "#core/errors.ts";

/** An error as it crosses between threads, which keep a message but neither class nor code. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;
}

export function toWire(error: unknown): WireError {
  const { code, message, hint, details, stack } = PharosError.from(error);
  return { code, message: code === "internal" && stack !== undefined ? stack : message, hint, details };
}

export function fromWire({ code, message, hint, details }: WireError): PharosError {
  return new PharosError(code, message, { ...(hint === undefined ? {} : { hint }), details });
}

/** What a thread died of. Node carries its fields over, but not its class. */
export function fromThread(error: unknown): PharosError {
  return error instanceof Error && error.name === "PharosError"
    ? fromWire(error as PharosError)
    : PharosError.from(error);
}
