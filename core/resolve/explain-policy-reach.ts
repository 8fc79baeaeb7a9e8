import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { type Policy, reachOf, standsOver } from "#core/resolve/policies.ts";

/** How far a policy that does `what` reaches among the instances of a service; undefined where it reaches none. */
export function explainPolicyReach(
  policy: Policy,
  what: string,
  { reader, namespace, labelSets }: ServiceQuestion,
): ExplainedResource | undefined {
  const { rootNamespace } = reader.mesh;
  const reached = labelSets.filter((labels) => standsOver(policy, { namespace, labels }, rootNamespace)).length;
  if (reached === 0) return undefined;
  const scope = {
    workloads: `selects ${reached === labelSets.length ? "all" : `${reached} of ${labelSets.length}`} of its workloads`,
    namespace: `holds for namespace ${namespace}`,
    mesh: "holds for the whole mesh",
  }[reachOf(policy, rootNamespace)];
  return { applies: true, reason: `${what}; ${scope}` };
}
