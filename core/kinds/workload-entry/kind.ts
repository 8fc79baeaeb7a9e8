import { defineKind } from "#core/kinds/kind.ts";
import { WORKLOAD_ENTRY } from "#core/kinds/workload-entry/schema.ts";
import { validateWorkloadEntry } from "#core/kinds/workload-entry/validate.ts";

export const workloadEntry = defineKind({
  group: "networking.istio.io",
  plural: "workloadentries",
  short: "we",
  schema: WORKLOAD_ENTRY,
  validate: ({ spec }) => validateWorkloadEntry(spec, ["spec"], true),
  template: { address: "", labels: {} },
});
