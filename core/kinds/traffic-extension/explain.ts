import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainPolicyReach } from "#core/resolve/explain-policy-reach.ts";
import type { Extending } from "#core/resolve/extensions.ts";

/** Which of a service's workloads have proxies that run it; undefined where none has. */
export function explainExtension(resource: Extending, question: ServiceQuestion): ExplainedResource | undefined {
  return explainPolicyReach(resource, "runs in the proxies of its workloads", question);
}
