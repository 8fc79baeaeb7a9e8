import { lengthOf } from "#core/kinds/describe-limit-rule.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainPolicyReach } from "#core/resolve/explain-policy-reach.ts";
import { explainRouteReach } from "#core/resolve/explain-route-reach.ts";
import type { Resource } from "#core/resource/resource.ts";

export function explainRateLimit(
  resource: Resource<"RateLimit">,
  question: ServiceQuestion,
): ExplainedResource | undefined {
  const { mode = "Enforce", rules } = resource.spec;
  const names = rules.map(({ name, limit }) => `${name}: ${limit.amount} ${lengthOf(limit)}`).join(", ");
  const how = { Enforce: "limits", Shadow: "counts, and refuses nobody", Off: "off" }[mode];
  const what = `${how} (${names})`;
  return explainPolicyReach(resource, what, question) ?? explainRouteReach(resource, what, question);
}
