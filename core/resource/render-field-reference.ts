import { KIND_NAMES, KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { refusedMembers } from "#core/kinds/refused-members.ts";
import { UNHANDLED_FIELDS } from "#core/kinds/unhandled-fields.ts";
import { UNHANDLED_KINDS, type UnhandledKind } from "#core/kinds/unhandled-kinds.ts";
import { describeType } from "#core/schema/describe-type.ts";
import type { Handled } from "#core/schema/field.ts";
import { listEnvoyFields } from "#core/schema/list-envoy-fields.ts";
import { listFields } from "#core/schema/list-fields.ts";

/** The reference of fields as Markdown, made from the schemas that validation reads. */
export function renderFieldReference(): string {
  const counts = KIND_NAMES.map((kind) => `| [${kind}](#${kind.toLowerCase()}) | ${countFields(kind).join(" | ")} |`);
  const unread = Object.entries(UNHANDLED_KINDS).map(
    ([kind, { reason }]) => `| [${kind}](#${kind.toLowerCase()}) | not read as a kind yet: ${reason} | |`,
  );
  return [
    INTRODUCTION,
    "| kind | fields handled | refused |",
    "|---|---|---|",
    ...counts,
    ...unread,
    "",
    ...KIND_NAMES.map(renderKind),
    ...Object.entries<UnhandledKind>(UNHANDLED_KINDS).map(([kind, definition]) => renderUnread(kind, definition)),
  ].join("\n");
}

const INTRODUCTION = `# Fields

What Pharos does with each field of Istio's resources. A field either works, or applying it is refused with the
diagnostic \`field-not-handled\` that names it and the reason; none is dropped silently. What is refused is refused with all
that it holds. \`[]\` stands for the items of a list, \`{}\` for the values of a map. The last column says which field of Envoy's
API a field becomes, at the proxies that it is for.

As in proto3, zero, \`false\`, the empty text, and an empty list or map mean that a field is not set, unless the table says
that the zero value counts. [differences.md](differences.md) says where a document is judged otherwise than Istio judges it.

This page is made from the schemas in \`core/kinds\`, which validation reads too: \`vitest run core/resource -u\` renews it. That no
field of Istio is missing is held against the schemas that Istio publishes.
`;

function renderKind(kind: Kind): string {
  const { group, plural, short, schema } = KINDS[kind];
  const becomes = listEnvoyFields(schema);
  const { handled, refused } = rowsOf(kind);
  return [
    `## ${kind}`,
    "",
    `${describeVersions(group, versionsOf(kind))} · \`${plural}\`, \`${short}\``,
    "",
    "| field | value | in Envoy |",
    "|---|---|---|",
    ...handled.map(
      ({ path, field }) => `| \`${path}\` | ${describeField(field)} | ${describeEnvoy(becomes.get(path) ?? "")} |`,
    ),
    ...(refused.length === 0 ? [] : ["", "Refused:", "", "| field | why, and what to do instead |", "|---|---|"]),
    ...refused.flatMap(({ path, field }) => [
      `| \`${path}\` | ${escapeCell(field.reason)} |`,
      ...refusedMembers(kind, path).map((each) => `| \`${each}\` | with \`${path}\` |`),
    ]),
    "",
  ].join("\n");
}

function renderUnread(kind: string, { group, versions, plural, reason }: UnhandledKind): string {
  const fields = UNHANDLED_FIELDS[kind] ?? [];
  return [
    `## ${kind}`,
    "",
    `${describeVersions(group, versions)} · \`${plural}\``,
    "",
    `Not read as a kind yet: applying one is refused with \`kind-not-handled\`. Instead: ${reason}.`,
    "",
    "| field | |",
    "|---|---|",
    ...fields.map((field) => `| \`${field}\` | not read as a kind yet |`),
    "",
  ].join("\n");
}

function describeVersions(group: string, versions: readonly string[]): string {
  return versions.map((version) => `\`${group}/${version}\``).join(", ");
}

function rowsOf(kind: Kind) {
  const rows = listFields(KINDS[kind].schema);
  return {
    handled: rows.flatMap(([path, field]) =>
      field.status === "handled" && !isBareContainer(field) ? [{ path, field }] : [],
    ),
    refused: rows.flatMap(([path, field]) => (field.status === "handled" ? [] : [{ path, field }])),
  };
}

/** Those that hold no others. */
function countFields(kind: Kind): readonly [handled: number, refused: number] {
  const { handled, refused } = rowsOf(kind);
  return [
    handled.filter(({ field: { type } }) => !["message", "list", "map"].includes(type.kind)).length,
    refused.reduce((count, { path }) => count + Math.max(1, refusedMembers(kind, path).length), 0),
  ];
}

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

/** Names of fields as code. */
function describeEnvoy(text: string): string {
  return text.replace(/\b[A-Z]\w*(?:\.\w+)+/g, "`$&`");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
