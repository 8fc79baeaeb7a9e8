import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { parseDurationMs } from "#core/duration.ts";
import type { AlertReceiverSpec, WrittenMatcher } from "#core/kinds/alert-receiver/schema.ts";
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

const REPEAT_MS_MIN = 60_000;

export function validateReceiver({ matchers, webhook, repeatInterval }: AlertReceiverSpec): Diagnostic[] {
  const issues = validateMatchers(matchers);
  const path = ["spec", "repeatInterval"];
  if (repeatInterval === undefined) return issues;
  if ((parseDurationMs(repeatInterval) ?? 0) < REPEAT_MS_MIN)
    issues.push(errorAt(path, "bad-value", `${repeatInterval} is less than 1m`, "set 1m or more, e.g. 4h"));
  if (webhook === undefined)
    issues.push(
      warningAt(
        path,
        "no-effect",
        "an Alertmanager repeats by its own repeat_interval",
        "leave it out, or set webhook",
      ),
    );
  return issues;
}

export function describeMatchers(matchers: readonly WrittenMatcher[] = []): string {
  return matchers.length === 0
    ? "all alerts"
    : `alerts with ${matchers.map(({ name, op = "=", value = "" }) => `${name}${op}${JSON.stringify(value)}`).join(", ")}`;
}
