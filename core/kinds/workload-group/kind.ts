import { defineKind } from "#core/kinds/kind.ts";
import { validateWorkloadEntry } from "#core/kinds/workload-entry/validate.ts";
import { WORKLOAD_GROUP } from "#core/kinds/workload-group/schema.ts";

export const workloadGroup = defineKind({
  group: "networking.istio.io",
  plural: "workloadgroups",
  short: "wg",
  schema: WORKLOAD_GROUP,
  validate: ({ spec }) => validateWorkloadEntry(spec.template, ["spec", "template"], false),
  template: { metadata: { labels: { app: "" } }, template: { serviceAccount: "default", ports: { http: 8080 } } },
});
