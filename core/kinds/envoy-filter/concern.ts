import { resolveEnvoyFilters } from "#core/resolve/envoy-patches.ts";
import {
  type ChangeOf,
  type ConcernContext,
  type Concerning,
  NOT_CONCERNED,
  versionsOf,
} from "#core/traffic/concern.ts";

/** All that comes to the workloads whose proxies it patches, and all that these call, at most: nobody knows what Envoy makes of it. */
export function concernByEnvoyFilter(
  change: ChangeOf<"EnvoyFilter">,
  { called, instances, mesh }: ConcernContext,
): Concerning {
  const versions = versionsOf(change);
  const isPatched = (workload: (typeof instances)[number]) =>
    resolveEnvoyFilters(versions, workload, mesh.rootNamespace).length > 0;
  const callers = new Set(instances.filter(isPatched).map(({ namespace, workload }) => `${namespace}/${workload}`));
  return {
    basis: "requests from and to the workloads whose proxies it patches, at most",
    of: (traffic) =>
      callers.has(traffic.caller) || called.instances(traffic).some(isPatched)
        ? { share: 1, isUpperBound: true }
        : NOT_CONCERNED,
  };
}
