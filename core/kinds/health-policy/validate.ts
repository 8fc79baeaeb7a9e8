import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { codePattern } from "#core/kinds/health-policy/code-pattern.ts";
import type { HealthPolicySpec, WrittenTolerance } from "#core/kinds/health-policy/schema.ts";
import type { Path } from "#core/schema/path.ts";
import { checkRegex } from "#core/schema/regex-syntax.ts";

export function validateHealthPolicy({ rules }: HealthPolicySpec): Diagnostic[] {
  return rules.flatMap(({ kind, namespace, name, tolerances }, index) => [
    ...tolerances.flatMap((each, at) => validateTolerance(each, ["spec", "rules", index, "tolerances", at])),
    ...(index < rules.length - 1 && kind === undefined && namespace === undefined && name === undefined
      ? [
          warningAt(
            ["spec", "rules", index + 1],
            "unreachable-rule",
            `rule ${index} means everything: those after it hold for nobody`,
            "move it to the end",
          ),
        ]
      : []),
  ]);
}

function validateTolerance({ code, flags, degraded = 0, failure }: WrittenTolerance, path: Path): Diagnostic[] {
  const issues: Diagnostic[] = [];
  if (code === undefined && flags === undefined)
    issues.push(
      errorAt(path, "missing-field", "neither code nor flags says what counts as failed", "set code, e.g. 5XX"),
    );
  for (const [field, pattern] of [
    ["code", code === undefined ? undefined : codePattern(code)],
    ["flags", flags],
  ] as const) {
    const wrong = pattern === undefined ? undefined : checkRegex(pattern);
    if (wrong !== undefined) issues.push(errorAt([...path, field], "bad-value", `${pattern} ${wrong}`));
  }
  if (degraded > failure)
    issues.push(
      errorAt(
        [...path, "degraded"],
        "conflicting-fields",
        `it fails from ${failure} % on, and would be degraded only from ${degraded} % on`,
        `set degraded to ${failure} or less`,
      ),
    );
  return issues;
}
