import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { type PolicedWorkload, reachOf, standsOver } from "#core/resolve/policies.ts";
import type { ForWorkloads } from "#core/resolve/policy-scope.ts";

/** How far a policy, or what else is for workloads, that does `what` reaches among those who answer for a service, or will; undefined where it reaches none. */
export function explainPolicyReach(
  policy: ForWorkloads,
  what: string,
  { reader, running, waiting }: ServiceQuestion,
): ExplainedResource | undefined {
  const { rootNamespace } = reader.mesh;
  const isReached = (workload: PolicedWorkload): boolean => standsOver(policy, workload, reader.policyScope);
  const workloads = [...running, ...waiting];
  const reached = workloads.filter(isReached).length;
  if (reached === 0) return undefined;
  const isIdle = !running.some(isReached);
  const scope = {
    workloads: `selects ${reached === workloads.length ? "all" : `${reached} of ${workloads.length}`} of its workloads`,
    namespace: `holds for namespace ${policy.metadata.namespace}`,
    mesh: "holds for the whole mesh",
  }[reachOf(policy, rootNamespace)];
  return { applies: true, reason: `${what}; ${scope}${isIdle ? "; none of these runs now" : ""}` };
}
