import { type Extending, isFor } from "#core/resolve/extensions.ts";
import { type ConcernContext, type Concerning, NOT_CONCERNED } from "#core/traffic/concern.ts";

/** All that comes to the workloads whose proxies run it, and all that these call, at most: nobody knows what it does. */
export function concernByExtension(
  versions: readonly Extending[],
  { called, instances, mesh }: ConcernContext,
): Concerning {
  const isRun = (workload: (typeof instances)[number]) =>
    versions.some((each) => isFor(each, workload, mesh.rootNamespace));
  const callers = new Set(instances.filter(isRun).map(({ namespace, workload }) => `${namespace}/${workload}`));
  return {
    basis: "requests from and to the workloads whose proxies run it, at most",
    of: (traffic) =>
      callers.has(traffic.caller) || called.instances(traffic).some(isRun)
        ? { share: 1, isUpperBound: true }
        : NOT_CONCERNED,
  };
}
