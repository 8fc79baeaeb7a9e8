import { describePatches } from "#core/kinds/envoy-filter/effect.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainPolicyReach } from "#core/resolve/explain-policy-reach.ts";
import type { Resource } from "#core/resource/resource.ts";

/** Which of a service's workloads have proxies that it patches; undefined where none has. */
export function explainEnvoyFilter(
  resource: Resource<"EnvoyFilter">,
  question: ServiceQuestion,
): ExplainedResource | undefined {
  const said = describePatches(resource.spec);
  return said === "" ? undefined : explainPolicyReach(resource, `patches what Envoy is given: ${said}`, question);
}
