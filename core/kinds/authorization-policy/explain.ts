import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainPolicyReach } from "#core/resolve/explain-policy-reach.ts";
import type { Resource } from "#core/resource/resource.ts";

export function explainAuthorizationPolicy(
  resource: Resource<"AuthorizationPolicy">,
  question: ServiceQuestion,
): ExplainedResource | undefined {
  const { action = "ALLOW", rules = [] } = resource.spec;
  return explainPolicyReach(resource, `${action} by ${rules.length} rule${rules.length === 1 ? "" : "s"}`, question);
}
