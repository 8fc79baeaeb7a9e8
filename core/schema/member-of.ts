import type { Field, Members } from "#core/schema/field.ts";

/** A member by its name in JSON, or as its proto has it (`resource_detectors`), which protobuf's JSON takes too. */
export function memberOf(members: Members, name: string): { readonly name: string; readonly field: Field } | undefined {
  for (const each of [name, jsonName(name)]) {
    const field = Object.hasOwn(members, each) ? members[each] : undefined;
    if (field !== undefined) return { name: each, field };
  }
  return undefined;
}

/** `resource_detectors` → `resourceDetectors` */
export function jsonName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
