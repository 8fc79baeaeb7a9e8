import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { RateLimitBucket } from "#core/kinds/rate-limit/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** What every request has. */
const ALWAYS: ReadonlySet<string> = new Set(["source.ip", "remote.ip"]);
/** What is the same for all requests that a bucket counts, or no HTTP request is told apart by. */
const OF_TARGET = /^(?:destination\.|connection\.)/;

/** A key that may be missing has to say what becomes of who has none: else whoever leaves it out is counted by nobody. */
export function validateBucket({ key = [], missing }: RateLimitBucket, path: Path): Diagnostic[] {
  const attributes = key.map(({ attribute }) => attribute);
  const uncertain = attributes.find((attribute) => !ALWAYS.has(attribute));
  const issues = key.flatMap(({ attribute, prefixLength }, index): Diagnostic[] => {
    const at = [...path, "key", index];
    if (OF_TARGET.test(attribute))
      return [
        errorAt(
          [...at, "attribute"],
          "bad-value",
          `${attribute} says nothing of who calls`,
          "for a limit of one port or host write it in match",
        ),
      ];
    if (attributes.indexOf(attribute) < index)
      return [errorAt([...at, "attribute"], "duplicate-value", `${attribute} appears twice`, "leave one of them out")];
    if (prefixLength !== undefined && !ALWAYS.has(attribute))
      return [
        errorAt(
          [...at, "prefixLength"],
          "conflicting-fields",
          `${attribute} is no address`,
          "prefixLength goes with source.ip and remote.ip",
        ),
      ];
    return [];
  });
  if (uncertain !== undefined && missing === undefined)
    issues.push(
      errorAt(
        path,
        "needs-field",
        `missing is not set: requests may have no ${uncertain}${whenNone(uncertain)}`,
        "set missing to Share (one bucket for all of them), Deny, or Skip (they are not counted)",
      ),
    );
  if (uncertain === undefined && missing !== undefined)
    issues.push(
      warningAt(
        [...path, "missing"],
        "no-effect",
        key.length === 0 ? "there is no key that could be missing" : "every request has an address",
        "leave it out",
      ),
    );
  return issues;
}

function whenNone(attribute: string): string {
  if (attribute.startsWith("request.auth.")) return " where no token is required";
  return attribute.startsWith("source.") ? " where mTLS is not" : "";
}
