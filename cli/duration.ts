import { parseDurationMs } from "#core/duration.ts";
import { PharosError } from "#core/errors.ts";

/** A flag's duration in ms; an error that names the flag when it is none. */
export function durationFlagMs(text: string, flag: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined)
    throw new PharosError("invalid", `${flag} ${text} is not a duration`, { hint: "for example 30s, 5m or 1h" });
  return ms;
}
