import type { Workload } from "#core/model/workload.ts";

/**
 * Ports on which the applications of these workloads listen, ascending: those that instances registered where any did,
 * else those that WorkloadGroups and WorkloadEntries name. Undefined where nothing says it.
 */
export function applicationPorts(workloads: readonly Workload[]): readonly number[] | undefined {
  const registered = workloads.filter(({ standing }) => standing === "registered");
  const asked = registered.length > 0 ? registered : workloads;
  if (asked.length === 0 || asked.some(({ ports }) => Object.keys(ports).length === 0)) return undefined;
  return [...new Set(asked.flatMap(({ ports }) => Object.values(ports)))].sort((a, b) => a - b);
}
