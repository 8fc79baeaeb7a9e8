import { RE2JS } from "re2js";
import { PromqlError } from "#core/promql/promql-error.ts";
import { PatternBudget, PatternTooCostly } from "#core/schema/pattern-budget.ts";

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

/** Throws with the reason where a pattern is none that RE2 takes, or too costly. A query's matchers share a budget. */
export function makeMatcher(name: string, op: MatchOp, value: string, budget = new PatternBudget()): Matcher {
  switch (op) {
    case "=":
      return { name, op, value, matches: (actual) => actual === value };
    case "!=":
      return { name, op, value, matches: (actual) => actual !== value };
    case "=~":
      return { name, op, value, matches: compileWhole(value, budget) };
    case "!~": {
      const isMatch = compileWhole(value, budget);
      return { name, op, value, matches: (actual) => !isMatch(actual) };
    }
  }
}

/** Whether a whole text is of the pattern; a dot is any character. */
function compileWhole(pattern: string, budget: PatternBudget): (text: string) => boolean {
  const simple = compileSimple(pattern);
  if (simple !== undefined) return simple;
  const steps = budget.admit(pattern);
  const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
  const known = new Map<string, boolean>();
  return (text) => {
    const answer = known.get(text) ?? budgeted(budget, steps, text, () => compiled.matches(text));
    if (known.size < KEPT_MAX) known.set(text, answer);
    return answer;
  };
}

/** What is too costly for a query, as its fault. */
export function budgeted<T>(budget: PatternBudget, steps: number, text: string, match: () => T): T {
  try {
    return budget.run(steps, text, match);
  } catch (error) {
    if (error instanceof PatternTooCostly) throw new PromqlError("execution", error.message);
    throw error;
  }
}

/** Words and what dashboards write most, without an automaton. */
function compileSimple(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === ".*") return () => true;
  if (pattern === ".+") return (text) => text !== "";
  if (!/^[\w/:@ ,=<>~"'!%&;-]*(\|[\w/:@ ,=<>~"'!%&;-]*)*$/.test(pattern)) return undefined;
  const words = new Set(pattern.split("|"));
  return (text) => words.has(text);
}
