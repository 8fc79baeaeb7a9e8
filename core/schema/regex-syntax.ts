import { RE2JSException } from "re2js";
import { compileRegex, RegexTooLarge } from "#core/schema/compile-regex.ts";

/** Instructions of one compiled pattern; the bootstrap sets Envoy's re2.max_program_size.error_level to the same. */
const REGEX_PROGRAM_MAX = 32_768;
const TOO_LARGE = `is too large once compiled (at most ${REGEX_PROGRAM_MAX} steps)`;
/** Of a pattern over bytes, a character that is none. */
const WIDE_CHARACTER = /(?<!\\)(?:\\\\)*\\x\{0*(?:[1-9a-f][0-9a-f]{2,})\}/i;

/** A configuration is checked again with every edit, and says most patterns many times. */
const VERDICTS = new Map<string, string | undefined>();
const VERDICTS_MAX = 2000;

/**
 * What RE2, Envoy's engine, would say against a pattern; undefined when it takes it. RE2 has no lookaround, no
 * backreferences, no possessive repetition (https://github.com/google/re2/wiki/Syntax).
 */
export function checkRegex(pattern: string): string | undefined {
  if (VERDICTS.has(pattern)) return VERDICTS.get(pattern);
  const verdict = judge(pattern);
  if (VERDICTS.size >= VERDICTS_MAX) VERDICTS.clear();
  VERDICTS.set(pattern, verdict);
  return verdict;
}

function judge(pattern: string): string | undefined {
  if (pattern === "") return "is empty";
  const wide = WIDE_CHARACTER.exec(pattern)?.[0];
  if (wide !== undefined)
    return `is not a regular expression of RE2, which Envoy uses: invalid escape sequence: \`${wide}\``;
  try {
    return compileRegex(pattern).programSize() > REGEX_PROGRAM_MAX ? TOO_LARGE : undefined;
  } catch (error) {
    if (error instanceof RegexTooLarge) return TOO_LARGE;
    if (error instanceof RE2JSException)
      return `is not a regular expression of RE2, which Envoy uses: ${error.message.replace(/^error parsing regexp: /, "")}`;
    throw error;
  }
}
