import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";
import { describeType } from "#core/schema/describe-type.ts";
import type { Handled } from "#core/schema/field.ts";
import { listFields } from "#core/schema/list-fields.ts";

/** The reference of fields as Markdown, made from the schemas that validation reads. */
export function renderFieldReference(): string {
  const sections = KIND_NAMES.map((kind) => {
    const rows = listFields(KINDS[kind].schema);
    const handled = rows.flatMap(([path, field]) =>
      field.status === "handled" && !isBareContainer(field) ? [{ path, field }] : [],
    );
    const refused = rows.flatMap(([path, field]) => (field.status === "handled" ? [] : [{ path, field }]));
    return [
      `## ${kind}`,
      "",
      `\`${KINDS[kind].group}/v1\` · \`${KINDS[kind].plural}\`, \`${KINDS[kind].short}\``,
      "",
      "| field | value |",
      "|---|---|",
      ...handled.map(({ path, field }) => `| \`${path}\` | ${describeField(field)} |`),
      ...(refused.length === 0 ? [] : ["", "Refused:", "", "| field | why |", "|---|---|"]),
      ...refused.map(({ path, field }) => `| \`${path}\` | ${escapeCell(field.reason)} |`),
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

This page is made from the schemas in \`core/kinds\`, which validation reads too: \`vitest run core/resource -u\` renews it.
`;

/** What is said by the fields in it. */
function isBareContainer({ type, isRequired, hasPresence, note }: Handled): boolean {
  if (isRequired || note !== undefined) return false;
  if (type.kind === "message") return type.exactlyOneOf.length + type.atMostOneOf.length === 0;
  return type.kind === "list" && !hasPresence && type.itemsMin === 0 && type.itemsMax === undefined;
}

function describeField(field: Handled): string {
  const text = describeType(field.type);
  const isZeroKept = field.hasPresence && field.type.kind !== "message";
  const value = `${text}${field.isRequired ? ", required" : ""}${isZeroKept ? ", its zero value counts" : ""}`;
  return escapeCell(field.note === undefined ? value : `${value}. ${field.note}`);
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
