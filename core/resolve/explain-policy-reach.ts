import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { type Policy, reachOf, standsOver } from "#core/resolve/policies.ts";

/** How far a policy that does `what` reaches among the instances of a service; undefined where it reaches none. */
export function explainPolicyReach(
  policy: Policy,
  what: string,
  { reader, workloads }: ServiceQuestion,
): ExplainedResource | undefined {
  const { rootNamespace } = reader.mesh;
  const reached = workloads.filter((workload) => standsOver(policy, workload, rootNamespace)).length;
  if (reached === 0) return undefined;
  const scope = {
    workloads: `selects ${reached === workloads.length ? "all" : `${reached} of ${workloads.length}`} of its workloads`,
    namespace: `holds for namespace ${policy.metadata.namespace}`,
    mesh: "holds for the whole mesh",
  }[reachOf(policy, rootNamespace)];
  return { applies: true, reason: `${what}; ${scope}` };
}
