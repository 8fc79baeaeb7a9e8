import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { RateLimitBucket } from "#core/kinds/rate-limit/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** What every request has. */
const ALWAYS: ReadonlySet<string> = new Set(["source.ip", "remote.ip", "request.method", "request.path"]);
/** What is the same for all requests that a bucket counts, or no HTTP request is told apart by. */
const ADDRESS = /^(?:source|remote)\.ip$/;
const TEXT = /^request\.(?:headers|query)\[/;
const OF_TARGET = /^(?:destination\.|connection\.)/;

/** A key that may be missing has to say what becomes of who has none: else whoever leaves it out is counted by nobody. */
export function validateBucket({ key = [], missing }: RateLimitBucket, path: Path): Diagnostic[] {
  const attributes = key.map(({ attribute }) => attribute);
  const uncertain = key.find((part) => !isAlways(part))?.attribute;
  const issues = key.flatMap((part, index): Diagnostic[] => {
    const at = [...path, "key", index];
    const { attribute } = part;
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
    return validateNarrowing(part, at);
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
        key.length === 0 ? "there is no key that could be missing" : "every request has one",
        "leave it out",
      ),
    );
  return issues;
}

type Part = NonNullable<RateLimitBucket["key"]>[number];

/** What says of an attribute that it is there does not of a part of it. */
const isAlways = ({ attribute, templates = [], ranges = [] }: Part): boolean =>
  ALWAYS.has(attribute) && templates.length === 0 && ranges.length === 0;

/** Each goes with attributes that it can be a part of, and one says enough. */
function validateNarrowing({ attribute, prefixLength, ranges, templates, regex }: Part, at: Path): Diagnostic[] {
  const isAddress = ADDRESS.test(attribute);
  const wrong = (name: string, what: string, goesWith: string): Diagnostic =>
    errorAt([...at, name], "conflicting-fields", `${attribute} is no ${what}`, `${name} goes with ${goesWith}`);
  const issues: Diagnostic[] = [];
  if (prefixLength !== undefined && !isAddress)
    issues.push(wrong("prefixLength", "address", "source.ip and remote.ip"));
  if (ranges !== undefined && !isAddress) issues.push(wrong("ranges", "address", "source.ip and remote.ip"));
  if (templates !== undefined && attribute !== "request.path") issues.push(wrong("templates", "path", "request.path"));
  if (regex !== undefined && !TEXT.test(attribute))
    issues.push(wrong("regex", "header or parameter", "request.headers[NAME] and request.query[NAME]"));
  if (ranges !== undefined && prefixLength !== undefined && isAddress)
    issues.push(
      errorAt(
        [...at, "prefixLength"],
        "conflicting-fields",
        "ranges say which addresses are one",
        "leave one of them out",
      ),
    );
  return issues;
}

function whenNone(attribute: string): string {
  if (ALWAYS.has(attribute)) return " of these";
  if (attribute.startsWith("request.auth.")) return " where no token is required";
  return attribute.startsWith("source.") ? " where mTLS is not" : "";
}
