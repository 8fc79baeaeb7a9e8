import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { WrittenMatcher } from "#core/kinds/alert-receiver/schema.ts";
import { checkRegex } from "#core/schema/regex-syntax.ts";

export function validateMatchers(matchers: readonly WrittenMatcher[] = []): Diagnostic[] {
  return matchers.flatMap(({ op = "=", value = "" }, index) => {
    const wrong = op === "=~" || op === "!~" ? checkRegex(value) : undefined;
    return wrong === undefined ? [] : [errorAt(["spec", "matchers", index, "value"], "bad-value", `${value} ${wrong}`)];
  });
}

export function describeMatchers(matchers: readonly WrittenMatcher[] = []): string {
  return matchers.length === 0
    ? "all alerts"
    : `alerts with ${matchers.map(({ name, op = "=", value = "" }) => `${name}${op}${JSON.stringify(value)}`).join(", ")}`;
}
