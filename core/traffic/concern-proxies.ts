import { standsOver } from "#core/resolve/policies.ts";
import { type ForWorkloads, policyScope } from "#core/resolve/policy-scope.ts";
import { type ConcernContext, type Concerning, NOT_CONCERNED } from "#core/traffic/concern.ts";

/** All that comes to the workloads whose proxies any of `versions` bears on, and all that these call, at most: what comes of it nobody knows. */
export function concernByProxies(
  basis: string,
  versions: readonly ForWorkloads[],
  { called, instances, mesh, resources }: ConcernContext,
): Concerning {
  const scope = policyScope(mesh, resources);
  const isReached = (workload: (typeof instances)[number]) =>
    versions.some((each) => standsOver(each, workload, scope));
  const callers = new Set(instances.filter(isReached).map(({ namespace, workload }) => `${namespace}/${workload}`));
  return {
    basis,
    of: (traffic) =>
      callers.has(traffic.caller) || called.instances(traffic).some(isReached)
        ? { share: 1, isUpperBound: true }
        : NOT_CONCERNED,
  };
}
