import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { StringMatch } from "#core/kinds/string-match.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import { claimOfRoute } from "#core/schema/claim-path.ts";
import type { Path } from "#core/schema/path.ts";

export function validateHttpMatch(match: HttpMatch, path: Path): Diagnostic[] {
  const issues: Diagnostic[] = [];
  for (const name of ["scheme", "method", "authority"] as const)
    issues.push(...validateNotEmpty(match[name], [...path, name]));
  for (const name of ["headers", "withoutHeaders", "queryParams"] as const) {
    for (const [key, value] of Object.entries(match[name] ?? {})) {
      issues.push(...validateNotEmpty(value, [...path, name, key]));
      if (name !== "queryParams" && claimOfRoute(key) === undefined && key !== key.toLowerCase())
        issues.push(
          warningAt(
            [...path, name, key],
            "upper-case-header",
            `header names are compared in lower case: ${key.toLowerCase()}`,
          ),
        );
    }
  }
  if (match.ignoreUriCase && match.uri?.regex !== undefined) {
    issues.push(
      warningAt(
        [...path, "ignoreUriCase"],
        "no-effect",
        "ignoreUriCase has no effect on a regex",
        "begin the regex with (?i)",
      ),
    );
  }
  if (
    match.uri?.prefix !== undefined &&
    match.uri.prefix !== "" &&
    !match.uri.prefix.startsWith("/") &&
    !match.uri.prefix.startsWith("*")
  ) {
    issues.push(warningAt([...path, "uri", "prefix"], "matches-nothing", "no path begins so: paths begin with /"));
  }
  return issues;
}

function validateNotEmpty(match: StringMatch | undefined, path: Path): Diagnostic[] {
  return match?.prefix === ""
    ? [
        errorAt(
          [...path, "prefix"],
          "bad-value",
          "is empty, and every value begins so",
          "to match its presence write {}",
        ),
      ]
    : [];
}
