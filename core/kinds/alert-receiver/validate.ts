import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { WrittenMatcher } from "#core/kinds/alert-receiver/schema.ts";
import { compileRegex } from "#core/schema/compile-regex.ts";
import { checkRegex } from "#core/schema/regex-syntax.ts";

/** Each costs its steps for every character of every alert, again and again. */
const STEPS_MAX = 2000;

export function validateMatchers(matchers: readonly WrittenMatcher[] = []): Diagnostic[] {
  return matchers.flatMap(({ op = "=", value = "" }, index) => {
    const wrong = op === "=~" || op === "!~" ? checkPattern(value) : undefined;
    return wrong === undefined ? [] : [errorAt(["spec", "matchers", index, "value"], "bad-value", `${value} ${wrong}`)];
  });
}

function checkPattern(value: string): string | undefined {
  const wrong = checkRegex(value);
  if (wrong !== undefined) return wrong;
  return compileRegex(value).programSize() > STEPS_MAX
    ? `is too large once compiled (at most ${STEPS_MAX} steps here)`
    : undefined;
}

export function describeMatchers(matchers: readonly WrittenMatcher[] = []): string {
  return matchers.length === 0
    ? "all alerts"
    : `alerts with ${matchers.map(({ name, op = "=", value = "" }) => `${name}${op}${JSON.stringify(value)}`).join(", ")}`;
}
