import { assertNever } from "#core/brand.ts";
import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";
import type { Field, FieldType } from "#core/resource/field.ts";
import { FIELDS } from "#core/resource/fields/index.ts";

/** The reference of fields as Markdown, made from the tables that validation reads. */
export function renderFieldReference(): string {
  const sections = KIND_NAMES.map((kind) => {
    const rows = Object.entries(FIELDS[kind]).map(([path, field]) => ({ path, field }));
    const handled = rows.filter(({ field }) => field.handled && !isBareContainer(field));
    const refused = rows.filter(({ field }) => !field.handled);
    return [
      `## ${kind}`,
      "",
      `\`${KINDS[kind].group}/v1\` · \`${KINDS[kind].plural}\`, \`${KINDS[kind].short}\``,
      "",
      "| field | value |",
      "|---|---|",
      ...handled.map(({ path, field }) => `| \`${path}\` | ${describeField(field)} |`),
      ...(refused.length === 0 ? [] : ["", "Refused:", "", "| field | why |", "|---|---|"]),
      ...refused.map(({ path, field }) => `| \`${path}\` | ${field.handled ? "" : escapeCell(field.reason)} |`),
      "",
    ].join("\n");
  });
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

const INTRODUCTION = `# Fields

What Pharos does with each field of Istio's resources. A field either works, or applying it is refused with the
diagnostic \`field-not-handled\` that names it and the reason; none is dropped silently. \`[]\` stands for the items of a list,
\`{}\` for the values of a map.

As in proto3, zero, \`false\`, the empty text, and an empty list or map mean that a field is not set, unless the table says
that the zero value counts. [differences.md](differences.md) says where a document is judged otherwise than Istio judges it.

This page is made from the tables in \`core/resource/fields\`, which validation reads too: \`vitest run core/resource -u\` renews it.
`;

function isBareContainer(field: Field): boolean {
  return (
    field.handled &&
    !field.isRequired &&
    field.type.kind === "object" &&
    field.type.exactlyOneOf.length + field.type.atMostOneOf.length === 0
  );
}

function describeField(field: Field): string {
  const text = describeType(field.type);
  if (!field.handled) return escapeCell(text);
  const isZeroKept = field.hasPresence && field.type.kind !== "object";
  const value = `${text}${field.isRequired ? ", required" : ""}${isZeroKept ? ", its zero value counts" : ""}`;
  return escapeCell(field.note === undefined ? value : `${value}. ${field.note}`);
}

function describeType(type: FieldType): string {
  switch (type.kind) {
    case "any":
      return "any";
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
    case "object": {
      const exactly = type.exactlyOneOf.length === 0 ? [] : [`exactly one of ${type.exactlyOneOf.join(", ")}`];
      const most = type.atMostOneOf.length === 0 ? [] : [`at most one of ${type.atMostOneOf.join(", ")}`];
      return ["object", ...exactly, ...most].join("; ");
    }
    case "list":
      return type.itemsMin > 0
        ? `list, ${type.itemsMin} to ${type.itemsMax} items`
        : `list, at most ${type.itemsMax} items`;
    case "map":
      return `map, at most ${type.sizeMax} entries`;
    default:
      return assertNever(type);
  }
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
