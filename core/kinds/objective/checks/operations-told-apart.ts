import type { ListCheck } from "#core/check/rule.ts";
import { readObjective } from "#core/resolve/objectives.ts";
import { untoldOperations } from "#core/resolve/operations.ts";
import { sortByAge } from "#core/resource/sort-by-age.ts";
import { OPERATIONS_MAX } from "#core/schema/cel/operation-tag.ts";

/** Each way in which requests are told apart costs each of them: a workload has so many, and those of the youngest objectives are left out, of other namespaces first. */
export const operationsToldApart: ListCheck<"Objective"> = {
  code: "too-many-operations",
  summary: "Objectives ask that requests of one workload be told apart in more ways than a proxy does.",
  check(objectives, context) {
    const { mesh, workloads, hosts } = context;
    const asking = sortByAge(objectives).flatMap((each) =>
      each.kind === "Objective" && each.spec.requests ? [readObjective(each, mesh)] : [],
    );
    // No workload has more than there are.
    if (asking.length <= OPERATIONS_MAX) return [];
    const untold = new Map<string, string>();
    for (const { namespace, name, labels } of workloads) {
      const own = hosts.selecting(namespace, labels).flatMap((each) => each.hosts);
      for (const { ref } of untoldOperations(asking, { namespace, workload: name ?? "", hosts: own }))
        if (!untold.has(ref)) untold.set(ref, `${namespace}/${name ?? "a workload"}`);
    }
    return Array.from(untold, ([resource, workload]) => ({
      severity: "warning",
      resource,
      path: ["spec", "requests"],
      message: `${workload} tells its requests apart in ${OPERATIONS_MAX} ways already, for objectives of its own namespace or older ones: those of this are not counted here`,
      hint: "leave out objectives that nobody looks at, or have several say the same of requests: they share one way",
    }));
  },
};
