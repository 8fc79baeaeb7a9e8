import { describeSaid } from "#core/kinds/telemetry/effect.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import type { PolicedWorkload } from "#core/resolve/policies.ts";
import { isChoosing } from "#core/resolve/policy-scope.ts";
import { findSpeaking } from "#core/resolve/speaking.ts";
import type { Resource } from "#core/resource/resource.ts";

/** What is measured of the requests to a service, and who is told; undefined where it is for none of its workloads. */
export function explainTelemetry(
  resource: Resource<"Telemetry">,
  { reader, running, waiting }: ServiceQuestion,
): ExplainedResource | undefined {
  const { rootNamespace } = reader.mesh;
  const speaks = (workload: PolicedWorkload): boolean =>
    Object.keys(findSpeaking([resource], workload, reader.policyScope)).length > 0;
  const workloads = [...running, ...waiting];
  const reached = workloads.filter(speaks).length;
  const said = describeSaid(resource.spec);
  if (reached === 0 || said === "") return undefined;
  const scope = isChoosing(resource)
    ? `selects ${reached === workloads.length ? "all" : `${reached} of ${workloads.length}`} of its workloads`
    : resource.metadata.namespace === rootNamespace
      ? "holds for the whole mesh where nobody says otherwise"
      : `holds for namespace ${resource.metadata.namespace}`;
  return { applies: true, reason: `${said}; ${scope}` };
}
