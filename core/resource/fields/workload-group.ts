import { type FieldTable, ignored, map, object, refused, required, string, under } from "#core/resource/field.ts";
import { WORKLOAD_ENTRY_FIELDS } from "#core/resource/fields/workload-entry.ts";

const { "ports{}": _, ...TEMPLATE } = WORKLOAD_ENTRY_FIELDS;

export const WORKLOAD_GROUP_FIELDS: FieldTable = {
  "metadata.labels": map("label-key", 256),
  "metadata.labels{}": string("label-value"),
  "metadata.annotations": ignored("instances carry no annotations"),
  template: required(object()),
  ...under("template", TEMPLATE),
  "template.ports": refused("each agent tells the ports of its own instance, with --port"),
  probe: refused("agents do not probe the application yet; an instance is healthy while its agent is there"),
};
