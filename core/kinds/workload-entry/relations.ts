import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { concernByWorkloadEntry } from "#core/kinds/workload-entry/concern.ts";

export const workloadEntryRelations: KindRelations<"WorkloadEntry"> = {
  checks: [],
  concern: concernByWorkloadEntry,
};
