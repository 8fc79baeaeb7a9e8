import type { ObjectType } from "#core/form/lay-out-object.ts";
import { LABELS_SELECTOR, MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Field } from "#core/schema/field.ts";

/** Where the labels stand in an object that chooses workloads; undefined where it does not. */
export function labelsMember(field: Field): "matchLabels" | "labels" | undefined {
  if (field.status !== "handled") return undefined;
  if (field.type === MATCH_LABELS.type) return "matchLabels";
  return field.type === LABELS_SELECTOR.type ? "labels" : undefined;
}

/** The member of a spec that says for which workloads it is. */
export function selectorMember({ members }: ObjectType) {
  for (const [name, field] of Object.entries(members)) {
    const member = labelsMember(field);
    if (member !== undefined) return { name, member };
  }
  return undefined;
}
