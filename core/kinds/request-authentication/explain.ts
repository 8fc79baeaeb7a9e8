import { describeIssuers } from "#core/kinds/request-authentication/effect.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainPolicyReach } from "#core/resolve/explain-policy-reach.ts";
import type { Resource } from "#core/resource/resource.ts";

export function explainRequestAuthentication(
  resource: Resource<"RequestAuthentication">,
  question: ServiceQuestion,
): ExplainedResource | undefined {
  return explainPolicyReach(resource, `checks tokens of ${describeIssuers(resource.spec) ?? "nobody"}`, question);
}
