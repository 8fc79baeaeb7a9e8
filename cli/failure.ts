import { CommanderError } from "commander";
import { EXIT, EXIT_OF } from "#cli/exit-codes.ts";
import { PharosError, type PharosErrorOptions } from "#core/errors.ts";

/** An argument or flag that makes no sense, whatever the server holds: exit code 2. */
export class UsageError extends PharosError {
  constructor(message: string, options: PharosErrorOptions = {}) {
    super("invalid", message, options);
  }
}

/** Says on stderr what went wrong, with the stack where the fault is Pharos' own, and answers the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const known = PharosError.from(error);
  process.stderr.write(`error: ${known.toString()}\n${known.code === "internal" ? `${known.stack}\n` : ""}`);
  return known instanceof UsageError ? EXIT.usage : EXIT_OF[known.code];
}
