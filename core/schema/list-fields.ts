import type { Field } from "#core/schema/field.ts";

/**
 * Every field in and under one, each with its path as references write it (`http[].match[].headers{}.exact`: `[]` for the
 * items of a list, `{}` for the values of a map), in the order of the schema. The field itself has the path given.
 */
export function listFields(field: Field, path = ""): (readonly [path: string, field: Field])[] {
  const here: (readonly [string, Field])[] = path === "" ? [] : [[path, field]];
  if (field.status !== "handled") return here;
  const { type } = field;
  switch (type.kind) {
    case "message":
      return Object.entries(type.members).reduce(
        (found, [name, member]) => found.concat(listFields(member, path === "" ? name : `${path}.${name}`)),
        here,
      );
    case "list":
      return here.concat(listFields(type.item, `${path}[]`));
    case "map":
      return here.concat(listFields(type.value, `${path}{}`));
    default:
      return here;
  }
}
