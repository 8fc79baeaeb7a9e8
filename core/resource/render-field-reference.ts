import { KIND_NAMES, KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { refusedMembers } from "#core/kinds/refused-members.ts";
import { UNHANDLED_FIELDS } from "#core/kinds/unhandled-fields.ts";
import { UNHANDLED_KINDS, type UnhandledKind } from "#core/kinds/unhandled-kinds.ts";
import { describeType } from "#core/schema/describe-type.ts";
import type { Handled } from "#core/schema/field.ts";
import { listEnvoyFields } from "#core/schema/list-envoy-fields.ts";
import { listFields } from "#core/schema/list-fields.ts";
import { UNSERVABLE } from "#core/schema/unservable.ts";

/** The reference of fields as Markdown, made from the schemas that validation reads. */
export function renderFieldReference(): string {
  const counts = KIND_NAMES.map((kind) => {
    const { handled, open, unservable } = countFields(kind);
    return `| [${kind}](#${kind.toLowerCase()}) | ${handled} | ${open} | ${unservable} |`;
  });
  const unread = Object.entries(UNHANDLED_KINDS).map(
    ([kind, { reason }]) => `| [${kind}](#${kind.toLowerCase()}) | not read as a kind yet: ${reason} | | |`,
  );
  return [
    INTRODUCTION,
    describeShare(),
    "",
    "| kind | fields handled | refused, though Envoy could | refused, as Envoy cannot |",
    "|---|---|---|---|",
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

/** How much of what Envoy could be given it is given, and why it cannot be given the rest. */
function describeShare(): string {
  const counts = KIND_NAMES.filter(isIstios).map(countFields);
  const sum = (of: keyof Counts) => counts.reduce((total, each) => total + each[of], 0);
  const servable = sum("handled") + sum("open");
  const percent = Math.floor((sum("handled") / servable) * 1000) / 10;
  return [
    `Of Istio's fields that stock Envoy can serve, **${sum("handled")} of ${servable}** are handled (${percent} %); ${sum("unservable")} more`,
    `cannot be served by it, whoever steers it, each for one of these reasons:`,
    "",
    ...Object.entries(UNSERVABLE).map(([name, reason]) => `- _${name}_: ${reason}`),
  ].join("\n");
}

/** Istio has no limits; its MeshConfig stands in a group of ours, for with Istio it is no resource. */
const isIstios = (kind: Kind): boolean => !/^(?:limits|observe)\./.test(KINDS[kind].group);

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
    ...(refused.length === 0
      ? []
      : ["", "Refused:", "", "| field | why, and what to do instead | Envoy cannot |", "|---|---|---|"]),
    ...refused.flatMap(({ path, field }) => [
      `| \`${path}\` | ${escapeCell(field.reason)} | ${field.unservable ?? ""} |`,
      ...refusedMembers(kind, path).map((each) => `| \`${each}\` | with \`${path}\` | ${field.unservable ?? ""} |`),
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

interface Counts {
  readonly handled: number;
  /** Refused, though Envoy could be given it. */
  readonly open: number;
  readonly unservable: number;
}

/** Those that hold no others. */
function countFields(kind: Kind): Counts {
  const { handled, refused } = rowsOf(kind);
  const count = (rows: typeof refused) =>
    rows.reduce((sum, { path }) => sum + Math.max(1, refusedMembers(kind, path).length), 0);
  return {
    handled: handled.filter(({ field: { type } }) => !["message", "list", "map"].includes(type.kind)).length,
    open: count(refused.filter(({ field }) => field.unservable === undefined)),
    unservable: count(refused.filter(({ field }) => field.unservable !== undefined)),
  };
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
