import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { AuthorizationPolicySpec } from "#core/kinds/authorization-policy/schema.ts";
import type { Written } from "#core/kinds/kind.ts";

const ANNOTATION = "istio.io/dry-run";
/** As Go's `strconv.ParseBool` takes them. */
const TRUE = /^(?:1|t|T|TRUE|true|True)$/;
const FALSE = /^(?:0|f|F|FALSE|false|False)$/;

/** Whether a policy is only tried: what it would refuse is noted, and goes on. */
export function isDryRun({ metadata }: Pick<Written<unknown>, "metadata">): boolean {
  return TRUE.test(metadata.annotations?.[ANNOTATION] ?? "");
}

export function validateDryRun({ metadata, spec }: Written<AuthorizationPolicySpec>): Diagnostic[] {
  const value = metadata.annotations?.[ANNOTATION];
  const path = ["metadata", "annotations", ANNOTATION];
  if (value === undefined || FALSE.test(value)) return [];
  if (!TRUE.test(value))
    return [errorAt(path, "bad-value", `${JSON.stringify(value)} is neither true nor false`, 'write "true"')];
  if (spec.action === "CUSTOM")
    return [
      errorAt(
        path,
        "annotation-not-handled",
        `${ANNOTATION} does not go with the action CUSTOM: nobody would be asked, and nothing noted`,
        "remove the annotation, or write DENY to see what the rules match",
      ),
    ];
  return [
    {
      severity: "info",
      code: "dry-run",
      path,
      message: "the policy is only tried: proxies count what it would refuse, and refuse nothing",
      hint: "remove the annotation to enforce it",
    },
  ];
}
