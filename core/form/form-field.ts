import { nameField } from "#core/form/name-field.ts";
import { DOCUMENTS, type Kind } from "#core/kinds/kinds.ts";
import { hintOf } from "#core/schema/describe-field.ts";
import type { Handled } from "#core/schema/field.ts";
import { fieldAt } from "#core/schema/field-at.ts";
import type { Path } from "#core/schema/path.ts";

/** What a form shows of a field beside its name and value, all of it the schema's. */
export interface FormField {
  readonly hint: string | undefined;
  readonly unit: string | undefined;
  /** Bounds of a number. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Values of an enum that are handled. */
  readonly options: readonly FormOption[];
}

export interface FormOption {
  readonly value: string;
  /** "Strict" of STRICT. */
  readonly label: string;
  readonly description?: string;
}

/** Throws when the kind has no such field: a form asks for what there is. */
export function formField(kind: Kind, path: Path): FormField {
  const field = fieldAt(DOCUMENTS[kind], path);
  if (field?.status !== "handled") throw new Error(`${kind} has no field ${path.join(".")} that is handled`);
  return describeFormField(field);
}

/** The same of a field of which a form is made. */
export function describeFormField(field: Handled): FormField {
  const { type, unit, valueDocs = {} } = field;
  const isNumber = type.kind === "integer" || type.kind === "number";
  return {
    hint: hintOf(field),
    unit,
    min: isNumber ? type.min : undefined,
    max: isNumber ? type.max : undefined,
    options:
      type.kind === "enum"
        ? type.values.map((value) => {
            const description = valueDocs[value];
            return { value, label: nameValue(value), ...(description === undefined ? {} : { description }) };
          })
        : [],
  };
}

/** `ISTIO_MUTUAL` → "Istio mutual", `HTTP_FILTER` → "HTTP filter"; what is written otherwise stays as it is. */
function nameValue(value: string): string {
  return /^[A-Z][A-Z_]*$/.test(value) ? nameField(value.toLowerCase()) : value;
}
