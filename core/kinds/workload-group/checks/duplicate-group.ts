import type { Finding, ListCheck } from "#core/check/rule.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Whatever selects one of them selects the other: services, policies and rules cannot tell their workloads apart. */
export const duplicateGroup: ListCheck<"WorkloadGroup"> = {
  code: "duplicate-group-labels",
  kiali: "KIA1702",
  summary:
    "Two WorkloadGroups of one namespace give their workloads the same labels: whatever selects one selects both.",
  check: (groups) => {
    const byLabels = Map.groupBy(
      groups.filter((group) => labelsOf(group).length > 0),
      (group) => [group.metadata.namespace, ...labelsOf(group)].join(" "),
    );
    return [...byLabels.values()].flatMap((same) =>
      same.length < 2
        ? []
        : same.map((group): Finding => {
            const others = same.filter((each) => each !== group).map((each) => each.metadata.name);
            return {
              severity: "info",
              resource: formatRef(refOf(group)),
              path: ["spec", "metadata", "labels"],
              message: `${others.join(", ")} has the same labels (${labelsOf(group).join(", ")}): whatever selects one selects both`,
              hint: "give one of them a label of its own, such as version",
            };
          }),
    );
  },
};

function labelsOf({ spec }: Resource<"WorkloadGroup">): readonly string[] {
  return writeLabels(spec.metadata?.labels ?? {});
}
