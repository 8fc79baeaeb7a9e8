import type { ObjectType } from "#core/form/lay-out-object.ts";
import { LABELS_SELECTOR, MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Handled } from "#core/schema/field.ts";

/** Where the labels stand in an object that chooses workloads; undefined where it does not. */
export function labelsMember({ type }: Handled): "matchLabels" | "labels" | undefined {
  if (type === MATCH_LABELS.type) return "matchLabels";
  return type === LABELS_SELECTOR.type ? "labels" : undefined;
}

/** The member of a spec that says for which workloads it is; who answers for a service is something else. */
export function selectorMember({ members }: ObjectType) {
  for (const [name, field] of Object.entries(members)) {
    if (field.status !== "handled" || field.form === "some-workloads") continue;
    const member = labelsMember(field);
    if (member !== undefined) return { name, field, member };
  }
  return undefined;
}
