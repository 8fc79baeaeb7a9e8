/** What a CRD bounds a value by, in the words of JSON Schema. */
export const BOUNDS = [
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
] as const;
export type Bound = (typeof BOUNDS)[number];

/** A field as the published CRD of its kind has it. */
export interface CrdField {
  /** `any` is what the CRD says nothing about. */
  readonly type: "string" | "integer" | "boolean" | "object" | "list" | "map" | "any";
  /** Of an object. */
  readonly members?: Readonly<Record<string, CrdField>>;
  readonly required?: readonly string[];
  /** Pairs of members that may not stand beside each other. */
  readonly exclusive?: readonly (readonly [string, string])[];
  /** Of a list or a map. */
  readonly item?: CrdField;
  readonly values?: readonly string[];
  readonly bounds?: Readonly<Partial<Record<Bound, number>>>;
  readonly pattern?: string;
}

/** What a CRD's schema says against a document, as ajv words it. */
export interface CrdError {
  /** "/spec/hosts/0" */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}
