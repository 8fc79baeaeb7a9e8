import { UsageError } from "#cli/failure.ts";

/** A flag's number from `min` to `max`; an error that names the flag when it is none. */
export function numberFlag(text: string, flag: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max) return value;
  throw new UsageError(`${flag} ${text} is not a number from ${min} to ${max}`);
}

/** A flag's whole number from `min` to `max`. */
export function integerFlag(text: string, flag: string, min: number, max: number): number {
  const value = numberFlag(text, flag, min, max);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`${flag} ${text} is not a whole number`);
}
