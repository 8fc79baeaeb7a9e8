import { assertNever } from "#core/brand.ts";
import type { Field, FieldType, Handled } from "#core/schema/field.ts";

/** A document while someone writes it: anything may be missing yet. */
export type Draft<T> = T extends readonly (infer I)[]
  ? readonly Draft<I>[]
  : string extends keyof T
    ? { readonly [K in keyof T]: Draft<T[K]> }
    : T extends object
      ? { readonly [K in keyof T]?: Draft<T[K]> }
      : T;

/**
 * What of a value fits the schema. Never an error: what has another shape reads as not set; a text that is there is one,
 * though it be empty; an object that is there is one, though it have no members; items keep their positions.
 */
export function readDraft<T>(schema: Handled<T>, value: unknown): Draft<T> {
  return (read(schema, value) ?? emptyOf(schema.type)) as Draft<T>;
}

function read(field: Field, value: unknown): unknown {
  if (field.status !== "handled" || value === undefined) return undefined;
  const { type } = field;
  switch (type.kind) {
    // Numbers and booleans read as they would be written.
    case "string":
      return ["string", "number", "boolean"].includes(typeof value) ? `${value}` : "";
    case "enum":
      return typeof value === "string" && type.values.includes(value) ? value : undefined;
    case "integer":
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "message":
      return collect(value, (name) => (Object.hasOwn(type.members, name) ? type.members[name] : undefined));
    case "map":
      return collect(value, () => type.value, emptyOf(type.value.type));
    case "json":
      return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
    case "list":
      return Array.isArray(value) ? value.map((item) => read(type.item, item) ?? emptyOf(type.item.type)) : undefined;
    default:
      return assertNever(type);
  }
}

function collect(value: unknown, fieldOf: (name: string) => Field | undefined, empty?: unknown): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const field = fieldOf(name);
      const found = field === undefined ? undefined : (read(field, member) ?? empty);
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

function emptyOf(type: FieldType): unknown {
  return type.kind === "message" || type.kind === "map" || type.kind === "json"
    ? {}
    : type.kind === "list"
      ? []
      : type.kind === "string"
        ? ""
        : undefined;
}
