import { isDryRun } from "#core/kinds/authorization-policy/dry-run.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainPolicyReach } from "#core/resolve/explain-policy-reach.ts";
import type { Resource } from "#core/resource/resource.ts";

export function explainAuthorizationPolicy(
  resource: Resource<"AuthorizationPolicy">,
  question: ServiceQuestion,
): ExplainedResource | undefined {
  const { action = "ALLOW", rules = [] } = resource.spec;
  const tried = isDryRun(resource) ? "dry run, nothing is refused: " : "";
  return explainPolicyReach(
    resource,
    `${tried}${action} by ${rules.length} rule${rules.length === 1 ? "" : "s"}`,
    question,
  );
}
