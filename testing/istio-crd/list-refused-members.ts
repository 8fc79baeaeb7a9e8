import type { Field } from "#core/schema/field.ts";
import type { CrdField } from "#testing/istio-crd/crd-field.ts";
import { listCrdFields } from "#testing/istio-crd/list-crd-fields.ts";

/** Of what a schema refuses whole, the paths of the fields that the CRD has in it. */
export function listRefusedMembers(crd: CrdField, field: Field, path = ""): readonly string[] {
  if (field.status !== "handled") return listCrdFields(crd, path).filter((each) => each !== path);
  const { type } = field;
  if (type.kind === "message")
    return Object.entries(type.members).flatMap(([name, member]) => {
      const theirs = crd.members?.[name];
      return theirs === undefined ? [] : listRefusedMembers(theirs, member, path === "" ? name : `${path}.${name}`);
    });
  if (crd.item === undefined) return [];
  if (type.kind === "list") return listRefusedMembers(crd.item, type.item, `${path}[]`);
  return type.kind === "map" ? listRefusedMembers(crd.item, type.value, `${path}{}`) : [];
}
