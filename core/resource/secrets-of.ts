import { DOCUMENTS } from "#core/kinds/kinds.ts";
import { keepsSecrets } from "#core/resource/hide-secrets.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { Field } from "#core/schema/field.ts";
import { memberOf } from "#core/schema/member-of.ts";

/** The values of a resource that are for those alone who may edit it. */
export function secretsOf(resource: AnyResource): readonly string[] {
  if (!keepsSecrets(resource.kind)) return [];
  const found = new Set<string>();
  collect(resource, DOCUMENTS[resource.kind], found);
  return [...found];
}

function collect(value: unknown, field: Field, found: Set<string>): void {
  if (field.status !== "handled") return;
  const { type } = field;
  if (typeof value === "string") {
    if (field.isSecret === true && value !== "") found.add(value);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (type.kind === "list") for (const item of Object.values(value)) collect(item, type.item, found);
  if (type.kind === "map") for (const item of Object.values(value)) collect(item, type.value, found);
  if (type.kind === "message")
    for (const [name, item] of Object.entries(value)) {
      const member = memberOf(type.members, name);
      if (member !== undefined) collect(item, member.field, found);
    }
}
