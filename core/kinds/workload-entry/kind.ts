import { defineKind } from "#core/kinds/kind.ts";
import { describeWorkloadEntry } from "#core/kinds/workload-entry/effect.ts";
import { WORKLOAD_ENTRY } from "#core/kinds/workload-entry/schema.ts";
import { validateWorkloadEntry } from "#core/kinds/workload-entry/validate.ts";

export const workloadEntry = defineKind({
  group: "networking.istio.io",
  plural: "workloadentries",
  short: "we",
  area: "traffic",
  blame: 5,
  schema: WORKLOAD_ENTRY,
  validate: ({ spec }) => validateWorkloadEntry(spec, ["spec"], true),
  template: { address: "", labels: {} },
  effect: ({ spec }) => describeWorkloadEntry(spec),
});
