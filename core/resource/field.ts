import type { Format } from "#core/schema/formats.ts";

/** What a value may be. Containers stand in a table only where they carry a constraint; `a.b[]` implies the others. */
export type FieldType =
  | { readonly kind: "any" }
  | { readonly kind: "string"; readonly format?: Format; readonly bytesMax?: number }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "number"; readonly min: number; readonly max: number }
  | { readonly kind: "boolean" }
  | {
      readonly kind: "enum";
      readonly values: readonly string[];
      readonly refused: Readonly<Record<string, string>>;
      /** `http` is read as HTTP. */
      readonly ignoresCase: boolean;
    }
  | { readonly kind: "object"; readonly exactlyOneOf: readonly string[]; readonly atMostOneOf: readonly string[] }
  | { readonly kind: "list"; readonly itemsMin: number; readonly itemsMax: number }
  | { readonly kind: "map"; readonly keyFormat?: Format; readonly sizeMax: number };

export type Field =
  | {
      readonly type: FieldType;
      readonly handled: true;
      readonly isRequired: boolean;
      readonly hasPresence: boolean;
      /** What few expect of it, in a sentence for the reference. */
      readonly note?: string;
    }
  | { readonly type: FieldType; readonly handled: false; readonly reason: string; readonly isIgnored: boolean };

/**
 * Path → field: `http[].match[].headers{}.exact`, with `[]` for the items of a list and `{}` for the values of a map.
 * Validation, translation and the reference in docs all read the same tables.
 */
export type FieldTable = Readonly<Record<string, Field>>;

const UINT32_MAX = 4_294_967_295;
const INT32_MAX = 2_147_483_647;

function handled(type: FieldType): Field {
  return { type, handled: true, isRequired: false, hasPresence: false };
}

/**
 * A scalar for which zero, false or the empty text is a value: a member of a oneof or a wrapper type in Istio's API. Any
 * other scalar, list or map is proto3's without presence: its zero value means that it is not set.
 */
export function explicit(field: Field): Field {
  return field.handled ? { ...field, hasPresence: true } : field;
}

export function required(field: Field): Field {
  return field.handled ? { ...field, isRequired: true } : field;
}

/** With a sentence for the reference: what Istio or Envoy do with it that few expect. */
export function noted(field: Field, note: string): Field {
  return field.handled ? { ...field, note } : field;
}

/** `reason` follows "… is not handled: ". */
export function refused(reason: string): Field {
  return { type: { kind: "any" }, handled: false, reason, isIgnored: false };
}

/** Taken with a warning: what a server wrote into a document that someone exported. */
export function ignored(reason: string): Field {
  return { type: { kind: "any" }, handled: false, reason, isIgnored: true };
}

/** `bytesMax` is of the text in UTF-8, as protobuf and Envoy count. */
export function string(format?: Format, bytesMax?: number): Field {
  return handled({
    kind: "string",
    ...(format === undefined ? {} : { format }),
    ...(bytesMax === undefined ? {} : { bytesMax }),
  });
}

export function integer(min = 0, max = INT32_MAX): Field {
  return handled({ kind: "integer", min, max });
}

export function uint32(): Field {
  return integer(0, UINT32_MAX);
}

export function port(): Field {
  return integer(1, 65_535);
}

export function number(min: number, max: number): Field {
  return handled({ kind: "number", min, max });
}

export function boolean(): Field {
  return handled({ kind: "boolean" });
}

export function oneOfValues(values: readonly string[], refusedValues: Readonly<Record<string, string>> = {}): Field {
  return handled({ kind: "enum", values, refused: refusedValues, ignoresCase: false });
}

/** As `oneOfValues`, for text that Istio compares without regard to case: read in upper case. */
export function oneOfValuesInAnyCase(
  values: readonly string[],
  refusedValues: Readonly<Record<string, string>> = {},
): Field {
  return handled({ kind: "enum", values, refused: refusedValues, ignoresCase: true });
}

export function object(rule: { exactlyOneOf?: readonly string[]; atMostOneOf?: readonly string[] } = {}): Field {
  return handled({ kind: "object", exactlyOneOf: rule.exactlyOneOf ?? [], atMostOneOf: rule.atMostOneOf ?? [] });
}

export function list(itemsMin: number, itemsMax = 4096): Field {
  return handled({ kind: "list", itemsMin, itemsMax });
}

export function map(keyFormat?: Format, sizeMax = 4096): Field {
  return handled({ kind: "map", sizeMax, ...(keyFormat === undefined ? {} : { keyFormat }) });
}

/** The same table one level down: `under("http[].mirror", DESTINATION)`. */
export function under(prefix: string, table: FieldTable): FieldTable {
  return Object.fromEntries(
    Object.entries(table).map(([path, field]) => [path === "" ? prefix : `${prefix}.${path}`, field]),
  );
}
