import { describeType } from "#core/schema/describe-type.ts";
import type { Field, FieldType } from "#core/schema/field.ts";
import type { Format } from "#core/schema/formats.ts";

/** What a text of the format looks like, where its name does not say it. */
const EXAMPLES: { readonly [F in Format]?: string } = {
  duration: "such as 5s or 250ms",
  "duration-or-zero": "such as 5s, or 0s",
  "duration-in-seconds": "such as 24h",
  "keepalive-duration": "such as 2h",
  "retry-on": "such as 5xx,connect-failure",
  "ip-or-cidr": "such as 10.0.0.0/8",
  "response-status": "such as 404 or 5xx",
  "policy-path": "such as /api/* or /users/{*}",
  "port-number": "such as 8080",
};

/** What a field is for and what may be put there, a line each: for who hovers over its name or completes it. */
export function describeField(field: Field): readonly string[] {
  if (field.status === "refused") return [`not handled: ${field.reason}`];
  if (field.status === "ignored") return [`ignored: ${field.reason}`];
  const { doc, note, unit, isRequired } = field;
  const type = `${describeType(field.type)}${unit === undefined ? "" : `, in ${unit}`}${isRequired ? "; required" : ""}`;
  return [
    ...(doc === undefined ? [] : [doc]),
    type,
    ...exampleOf(field.type),
    ...(field.default === undefined ? [] : [`default: ${field.default}`]),
    ...(note === undefined ? [] : [note]),
    ...Object.entries(field.valueDocs ?? {}).map(([value, means]) => `${value}: ${means}`),
  ];
}

/** What to put into the field, in a few words under it; undefined where its name says all. */
export function hintOf(field: Field): string | undefined {
  if (field.status !== "handled") return undefined;
  if (field.hint !== undefined) return field.hint;
  const parts = [
    ...exampleOf(field.type),
    ...(field.default === undefined || field.type.kind === "enum" ? [] : [`default ${field.default}`]),
  ];
  return parts.length === 0 ? undefined : parts.join("; ");
}

function exampleOf(type: FieldType): readonly string[] {
  const example = type.kind === "string" && type.format !== undefined ? EXAMPLES[type.format] : undefined;
  return example === undefined ? [] : [example];
}
