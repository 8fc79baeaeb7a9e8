import { RE2JS } from "re2js";
import { isRegexTooLarge } from "#core/schema/compile-regex.ts";

export type MatchOp = "=" | "!=" | "=~" | "!~";

/** What a label's value has to be; a label that a series does not have is empty. */
export interface Matcher {
  readonly name: string;
  readonly op: MatchOp;
  readonly value: string;
  matches(value: string): boolean;
}

/** Values whose answers are kept: a label has few, and series many. */
const KEPT_MAX = 10_000;

/** Throws with the reason where a pattern is none that RE2 takes. */
export function makeMatcher(name: string, op: MatchOp, value: string): Matcher {
  switch (op) {
    case "=":
      return { name, op, value, matches: (actual) => actual === value };
    case "!=":
      return { name, op, value, matches: (actual) => actual !== value };
    case "=~":
      return { name, op, value, matches: compileWhole(value) };
    case "!~": {
      const isMatch = compileWhole(value);
      return { name, op, value, matches: (actual) => !isMatch(actual) };
    }
  }
}

/** Whether a whole text is of the pattern; a dot is any character. */
function compileWhole(pattern: string): (text: string) => boolean {
  const simple = compileSimple(pattern);
  if (simple !== undefined) return simple;
  if (isRegexTooLarge(pattern)) throw new Error(`regular expression of ${pattern.length} characters is too large`);
  const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
  const known = new Map<string, boolean>();
  return (text) => {
    const answer = known.get(text) ?? compiled.matches(text);
    if (known.size < KEPT_MAX) known.set(text, answer);
    return answer;
  };
}

/** Words and what dashboards write most, without an automaton. */
function compileSimple(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === ".*") return () => true;
  if (pattern === ".+") return (text) => text !== "";
  if (!/^[\w/:@ ,=<>~"'!%&;-]*(\|[\w/:@ ,=<>~"'!%&;-]*)*$/.test(pattern)) return undefined;
  const words = new Set(pattern.split("|"));
  return (text) => words.has(text);
}
