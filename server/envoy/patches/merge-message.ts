import { clone, type DescField, type DescMessage, isFieldSet, type Message } from "@bufbuild/protobuf";

/** What lists become that both have: Istio's MERGE adds to the end, MERGE_AND_REPLACE_LIST puts one in place of the other. */
export type ListMerge = "append" | "replace";

type Fields = Record<string, unknown>;
type Oneof = { case?: string | undefined; value?: unknown };

/** Types whose parts are one value: half of each would be neither. */
const WHOLE: ReadonlySet<string> = new Set(["google.protobuf.Duration"]);

/**
 * Merges a message into another as Istio does: what is set counts, messages are merged field by field, an entry of a map is replaced.
 * Of a wrapped scalar zero and false do not overwrite what is there (`google.protobuf.BoolValue` is a message to Istio's merge).
 */
export function mergeMessage<M extends Message>(
  desc: DescMessage,
  into: M,
  from: M,
  lists: ListMerge = "append",
): void {
  const source = clone(desc, from);
  for (const field of desc.fields) if (isFieldSet(source, field)) mergeField(field, into, source, lists);
  const unknown = [...(into.$unknown ?? []), ...(source.$unknown ?? [])];
  if (unknown.length > 0) into.$unknown = unknown;
}

function mergeField(field: DescField, into: Message, from: Message, lists: ListMerge): void {
  const given = take(field, from);
  const known = isFieldSet(into, field) ? take(field, into) : undefined;
  put(field, into, known === undefined ? given : merged(field, known, given, lists));
}

function merged(field: DescField, known: unknown, given: unknown, lists: ListMerge): unknown {
  switch (field.fieldKind) {
    case "list":
      return lists === "replace" ? given : [...(known as readonly unknown[]), ...(given as readonly unknown[])];
    case "map":
      return { ...(known as object), ...(given as object) };
    case "message": {
      const type = field.message.typeName;
      if (WHOLE.has(type)) return given;
      // Structs are plain objects here, and wrapped scalars the scalars.
      if (type === "google.protobuf.Struct") return { ...(known as object), ...(given as object) };
      if (!isMessage(given)) return isZero(given) ? known : given;
      mergeMessage(field.message, known as Message, given, lists);
      return known;
    }
    default:
      return given;
  }
}

function take(field: DescField, message: Message): unknown {
  const fields = message as unknown as Fields;
  return field.oneof === undefined ? fields[field.localName] : (fields[field.oneof.localName] as Oneof).value;
}

function put(field: DescField, message: Message, value: unknown): void {
  const fields = message as unknown as Fields;
  if (field.oneof === undefined) fields[field.localName] = value;
  else fields[field.oneof.localName] = { case: field.localName, value };
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "$typeName" in value;
}

function isZero(value: unknown): boolean {
  return value === 0 || value === 0n || value === false || value === "";
}
