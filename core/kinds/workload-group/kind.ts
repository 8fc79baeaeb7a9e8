import { defineKind } from "#core/kinds/kind.ts";
import { validateWorkloadEntry } from "#core/kinds/workload-entry/validate.ts";
import { describeWorkloadGroup } from "#core/kinds/workload-group/effect.ts";
import { WORKLOAD_GROUP } from "#core/kinds/workload-group/schema.ts";

export const workloadGroup = defineKind({
  group: "networking.istio.io",
  plural: "workloadgroups",
  short: "wg",
  area: "traffic",
  blame: 6,
  schema: WORKLOAD_GROUP,
  validate: ({ spec }) => validateWorkloadEntry(spec.template, ["spec", "template"], false),
  template: { metadata: { labels: { app: "" } }, template: { serviceAccount: "default", ports: { http: 8080 } } },
  effect: ({ spec }) => describeWorkloadGroup(spec),
});
