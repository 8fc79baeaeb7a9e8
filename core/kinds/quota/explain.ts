import { describePeriod } from "#core/kinds/quota/describe-period.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainPolicyReach } from "#core/resolve/explain-policy-reach.ts";
import { explainRouteReach } from "#core/resolve/explain-route-reach.ts";
import type { Resource } from "#core/resource/resource.ts";

export function explainQuota(resource: Resource<"Quota">, question: ServiceQuestion): ExplainedResource | undefined {
  const { mode = "Enforce", amount, period } = resource.spec;
  const how = { Enforce: "counts out", Shadow: "counts, and refuses nobody", Off: "off" }[mode];
  const what = `${how} ${amount} in ${describePeriod(period)}`;
  return explainPolicyReach(resource, what, question) ?? explainRouteReach(resource, what, question);
}
