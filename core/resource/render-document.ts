import { Document } from "yaml";
import { KIND_NAMES } from "#core/kinds/kinds.ts";

/** The order in which people write the members of a resource; others follow as they come. */
const ORDER = ["apiVersion", "kind", "metadata", "spec"];

/** An object as a YAML document that ends with a newline; a resource's members in their usual order, absent ones left out. */
export function renderDocument(value: object): string {
  const isResource =
    "kind" in value && typeof value.kind === "string" && (KIND_NAMES as readonly string[]).includes(value.kind);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const ordered = isResource ? members.sort(([left], [right]) => rank(left) - rank(right)) : members;
  return new Document(Object.fromEntries(ordered), { aliasDuplicateObjects: false }).toString({ lineWidth: 0 });
}

function rank(name: string): number {
  const index = ORDER.indexOf(name);
  return index < 0 ? ORDER.length : index;
}
