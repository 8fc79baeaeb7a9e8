import type { Snapshot } from "#core/registry/snapshot.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";
import { listServices } from "#server/services/service-directory.ts";

/**
 * The called ends that would tell of requests that reach them: workloads (`namespace/workload`) with a registered instance that
 * answers, and the hosts of services that have one.
 */
export const liveEnds: (snapshot: Snapshot) => ReadonlySet<string> = perSnapshot((snapshot) => {
  const ends = new Set<string>();
  for (const { namespace, workload, health } of snapshot.instances)
    if (health === "healthy") ends.add(`${namespace}/${workload}`);
  for (const [host, { instances }] of listServices(snapshot))
    if (instances.some(({ namespace, workload }) => ends.has(`${namespace}/${workload}`))) ends.add(host);
  return ends;
});
