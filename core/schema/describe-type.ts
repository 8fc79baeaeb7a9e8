import { assertNever } from "#core/brand.ts";
import { type FieldType, ITEMS_MAX } from "#core/schema/field.ts";

/** What a value may be, in a line: "integer, 0 to 100", "STRICT | DISABLE". */
export function describeType(type: FieldType): string {
  switch (type.kind) {
    case "string":
      return [
        type.format === undefined ? "text" : type.format.replaceAll("-", " "),
        ...(type.bytesMax === undefined ? [] : [`at most ${type.bytesMax} bytes`]),
      ].join(", ");
    case "integer":
    case "number":
      return `${type.kind}, ${type.min} to ${type.max}`;
    case "boolean":
      return "true or false";
    case "enum": {
      const refused = Object.entries(type.refused).map(([value, reason]) => `; not ${value}: ${reason}`);
      return type.values.join(" | ") + refused.join("");
    }
    case "message": {
      const exactly = type.exactlyOneOf.length === 0 ? [] : [`exactly one of ${type.exactlyOneOf.join(", ")}`];
      const most = type.atMostOneOf.length === 0 ? [] : [`at most one of ${type.atMostOneOf.join(", ")}`];
      return ["object", ...exactly, ...most].join("; ");
    }
    case "list":
      return type.itemsMin > 0
        ? `list, ${type.itemsMin} to ${type.itemsMax ?? ITEMS_MAX} items`
        : `list, at most ${type.itemsMax ?? ITEMS_MAX} items`;
    case "map":
      return `map, at most ${type.sizeMax} entries`;
    case "json":
      return "object, of any fields";
    default:
      return assertNever(type);
  }
}
