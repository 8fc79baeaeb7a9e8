import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { RateLimitRule } from "#core/kinds/rate-limit/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** The share that is kept for a class of requests leaves something, and comes to a unit. */
export function validateReserve({ reserve = [], limit }: RateLimitRule, path: Path): Diagnostic[] {
  const sum = reserve.reduce((all, { share }) => all + share, 0);
  const names = reserve.map(({ name }) => name);
  const issues = reserve.flatMap(({ name, share, match }, index): Diagnostic[] => {
    const at = [...path, index];
    if (names.indexOf(name) < index)
      return [errorAt([...at, "name"], "duplicate-value", `${name} appears twice`, "give each class its own name")];
    if (match === undefined)
      return [
        errorAt(
          at,
          "missing-field",
          "match is missing: no request is of the class",
          "say which requests are, in match",
        ),
      ];
    const units = Math.floor(((limit.burst ?? limit.amount) * share) / 100);
    return units >= 1
      ? []
      : [
          warningAt(
            [...at, "share"],
            "no-effect",
            `${share} % of ${limit.burst ?? limit.amount} is less than one unit: nothing is kept`,
            "raise the share or the limit",
          ),
        ];
  });
  if (sum >= 100)
    issues.push(
      errorAt(path, "conflicting-fields", `shares come to ${sum} %: nothing is left to others`, "keep them below 100"),
    );
  return issues;
}
