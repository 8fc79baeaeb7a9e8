import type { CrdField } from "#testing/istio-crd/crd-field.ts";

/** The path of every field in and under one that holds no others, as references write them. */
export function listCrdFields(field: CrdField, path = ""): readonly string[] {
  const members = Object.entries(field.members ?? {});
  if (members.length > 0)
    return members.flatMap(([name, member]) => listCrdFields(member, path === "" ? name : `${path}.${name}`));
  if (field.item === undefined || field.item.members === undefined) return [path];
  return listCrdFields(field.item, `${path}${field.type === "list" ? "[]" : "{}"}`);
}
