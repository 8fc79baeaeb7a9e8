import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { concernByWorkloadGroup } from "#core/kinds/workload-group/concern.ts";

export const workloadGroupRelations: KindRelations<"WorkloadGroup"> = {
  checks: [],
  concern: concernByWorkloadGroup,
};
