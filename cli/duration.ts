import { UsageError } from "#cli/failure.ts";
import { parseDurationMs } from "#core/duration.ts";

/** A flag's duration in ms, a bare number meaning seconds; an error that names the flag when it is none. */
export function durationFlagMs(text: string, flag: string): number {
  const ms = parseDurationMs(/^\d+$/.test(text) ? `${text}s` : text);
  if (ms === undefined)
    throw new UsageError(`${flag} ${text} is not a duration`, { hint: "for example 30s, 5m or 1h" });
  return ms;
}
