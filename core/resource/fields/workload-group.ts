import { type FieldTable, ignored, map, object, refused, required, string, under } from "#core/resource/field.ts";
import { WORKLOAD_ENTRY_FIELDS } from "#core/resource/fields/workload-entry.ts";

export const WORKLOAD_GROUP_FIELDS: FieldTable = {
  "metadata.labels": map("label-key", 256),
  "metadata.labels{}": string("label-value"),
  "metadata.annotations": ignored("instances carry no annotations"),
  template: required(object()),
  ...under("template", WORKLOAD_ENTRY_FIELDS),
  probe: refused("agents do not probe the application yet; an instance is healthy while its agent is there"),
};
