import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import { validateDryRun } from "#core/kinds/authorization-policy/dry-run.ts";
import type { AuthorizationPolicySpec } from "#core/kinds/authorization-policy/schema.ts";
import { validateCustom } from "#core/kinds/authorization-policy/validate-custom.ts";
import { validateRules } from "#core/kinds/authorization-policy/validate-rule.ts";
import type { Written } from "#core/kinds/kind.ts";
import { validateTargets } from "#core/kinds/policy-target.ts";

export function validateAuthorizationPolicy(resource: Written<AuthorizationPolicySpec>): Diagnostic[] {
  const { spec } = resource;
  const issues: Diagnostic[] = [...validateDryRun(resource), ...validateTargets(spec)];
  const action = spec.action ?? "ALLOW";
  if (action === "DENY" && (spec.rules ?? []).length === 0)
    issues.push(
      errorAt(
        ["spec"],
        "missing-field",
        "rules is missing: a DENY policy must say what it denies",
        "`rules: [{}]` denies everything",
      ),
    );
  issues.push(...validateCustom(spec));
  issues.push(...validateRules(spec.rules, ["spec", "rules"]));
  return issues;
}
