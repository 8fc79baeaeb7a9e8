import type { Finding, ListCheck } from "#core/check/rule.ts";
import { accountStanding } from "#core/model/account-standing.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { expectedWorkload } from "#core/sources/declare-workload.ts";

/** Instances named in one finding. */
const NAMED_MAX = 5;

/**
 * The registry lets go of instances whose group is gone, or is another account's: who takes a group away is told before. Found on
 * the group, also where there is none any more.
 */
export const instancesWithoutGroup: ListCheck<"WorkloadGroup"> = {
  code: "instances-without-group",
  summary: "Registered instances have no WorkloadGroup any more, or one of another account: they leave the mesh.",
  check: (resources, { instances }) => {
    const groups = new Map(resources.map((resource) => [formatRef(refOf(resource)), resource]));
    const members = Map.groupBy(instances, ({ namespace, workload }) => `WorkloadGroup/${namespace}/${workload}`);
    return [...members].flatMap(([ref, all]) => {
      const group = groups.get(ref);
      const leaving = group === undefined ? all : all.filter((instance) => isOfAnother(group, instance));
      return leaving.length === 0 ? [] : [findingOn(ref, leaving, group)];
    });
  },
};

function isOfAnother(group: Resource<"WorkloadGroup">, { serviceAccount }: WorkloadInstance): boolean {
  return accountStanding(expectedWorkload(group), serviceAccount) === "another";
}

function findingOn(
  ref: string,
  leaving: readonly WorkloadInstance[],
  group: Resource<"WorkloadGroup"> | undefined,
): Finding {
  const names = leaving.slice(0, NAMED_MAX).map(({ name }) => name);
  const more = leaving.length > NAMED_MAX ? ` and ${leaving.length - NAMED_MAX} more` : "";
  const [who, lose, leave] =
    leaving.length === 1
      ? ["a registered instance", "loses", "leaves"]
      : [`${leaving.length} registered instances`, "lose", "leave"];
  return {
    severity: "warning",
    resource: ref,
    path: group === undefined ? [] : ["spec", "template", "serviceAccount"],
    message:
      group === undefined
        ? `${who} ${lose} this WorkloadGroup and ${leave} the mesh: ${names.join(", ")}${more}`
        : `${who} ${leave} the mesh, being of another account than the WorkloadGroup's: ${names.join(", ")}${more}`,
    hint: "keep the WorkloadGroup for as long as they run; no requests go to them without it",
  };
}
