import { isMap, isScalar, isSeq } from "yaml";
import { assertNever } from "#core/brand.ts";
import type { Field } from "#core/schema/field.ts";

/** Whether a node is the zero value of a field that cannot tell it from nothing. */
export function isZero(node: unknown, field: Field): boolean {
  if (field.status !== "handled") return isWrittenZero(node);
  if (field.hasPresence) return false;
  switch (field.type.kind) {
    case "string":
      return isScalar(node) && node.value === "";
    case "integer":
    case "number":
      return isScalar(node) && node.value === 0;
    case "boolean":
      return isScalar(node) && node.value === false;
    case "list":
      return isSeq(node) && node.items.length === 0;
    case "map":
      return isMap(node) && node.items.length === 0;
    // An empty object is one.
    case "json":
      return false;
    // The empty text is none of an enum's names, and an empty object is a message that is set.
    case "enum":
      return field.type.isText === true && isScalar(node) && node.value === "";
    case "message":
      return false;
    default:
      return assertNever(field.type);
  }
}

/** What a document that another program wrote has for a field that is not set. */
function isWrittenZero(node: unknown): boolean {
  return (
    (isScalar(node) && ["", 0, false].some((zero) => zero === node.value)) || (isSeq(node) && node.items.length === 0)
  );
}
