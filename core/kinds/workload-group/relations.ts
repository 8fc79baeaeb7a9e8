import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { duplicateGroup } from "#core/kinds/workload-group/checks/duplicate-group.ts";
import { instancesWithoutGroup } from "#core/kinds/workload-group/checks/instances-without-group.ts";
import { concernByWorkloadGroup } from "#core/kinds/workload-group/concern.ts";

export const workloadGroupRelations: KindRelations<"WorkloadGroup"> = {
  checks: [instancesWithoutGroup, duplicateGroup],
  concern: concernByWorkloadGroup,
};
