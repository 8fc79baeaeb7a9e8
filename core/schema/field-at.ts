import type { Field } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";

/** The field that a path leads to; undefined where the schema has none there. */
export function fieldAt(root: Field, path: Path): Field | undefined {
  let field: Field | undefined = root;
  for (const segment of path) {
    if (field?.status !== "handled") return undefined;
    const { type }: typeof field = field;
    if (type.kind === "message") field = Object.hasOwn(type.members, segment) ? type.members[segment] : undefined;
    else if (type.kind === "list") field = typeof segment === "number" ? type.item : undefined;
    else field = type.kind === "map" ? type.value : undefined;
  }
  return field;
}
