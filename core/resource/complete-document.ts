import { GROUPS, type KindDefinition } from "#core/kinds/kind.ts";
import { DOCUMENTS, isKind, KIND_NAMES, KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { pathOfLine, placeInYaml } from "#core/resource/place-in-yaml.ts";
import { describeField } from "#core/schema/describe-field.ts";
import { describeType } from "#core/schema/describe-type.ts";
import type { Field, Handled } from "#core/schema/field.ts";
import { fieldAt } from "#core/schema/field-at.ts";
import { jsonName } from "#core/schema/member-of.ts";
import type { Path } from "#core/schema/path.ts";

export interface Completion {
  /** Where what is written begins. */
  readonly from: number;
  readonly options: readonly CompletionOption[];
}

export interface CompletionOption {
  readonly label: string;
  /** What is put in its place. */
  readonly text: string;
  /** Beside it: "integer, 0 to 100". */
  readonly detail: string;
  /** What it means, a line each. */
  readonly info: readonly string[];
}

/** Names and values that the schema has at a place of a text of YAML documents; null where it has none to offer. */
export function completeDocument(text: string, offset: number): Completion | null {
  const { start, own, kind } = documentAt(text, offset);
  const place = placeInYaml(own, offset - start);
  if (place === null) return null;
  const from = offset - place.written.length;
  if (place.parent.length === 0 && (place.key === "kind" || place.key === "apiVersion"))
    return { from, options: (place.key === "kind" ? KIND_NAMES : apiVersions(kind)).map(toValue) };
  if (kind === undefined) return null;
  const named = namesOf(kind);
  const field = fieldAt(DOCUMENTS[kind], named(place.key === undefined ? place.parent : [...place.parent, place.key]));
  if (field?.status !== "handled") return null;
  const siblings = named(place.siblings);
  const options =
    place.key === undefined && field.type.kind === "message"
      ? Object.entries(field.type.members).flatMap(([name, member]) =>
          member.status === "handled" && !siblings.includes(name) ? [toName(name, member)] : [],
        )
      : valuesOf(field);
  return options.length === 0 ? null : { from, options };
}

/** What the name on a line stands for, a line of text each; null where no name of the schema is. */
export function explainLine(text: string, offset: number): readonly string[] | null {
  const { start, own, kind } = documentAt(text, offset);
  const path = pathOfLine(own, own.slice(0, offset - start).split("\n").length - 1);
  const field: Field | undefined =
    path === undefined || kind === undefined ? undefined : fieldAt(DOCUMENTS[kind], namesOf(kind)(path));
  return field === undefined ? null : describeField(field);
}

/** Names as the schema has them: a kind may be written by those of its proto. */
function namesOf(kind: Kind): (path: Path) => Path {
  const { isProtoJson }: KindDefinition = KINDS[kind];
  return (path) => (isProtoJson ? path.map((each) => (typeof each === "string" ? jsonName(each) : each)) : path);
}

/** The document of the text that the offset is in. */
function documentAt(text: string, offset: number) {
  const start = text.slice(0, offset).lastIndexOf("\n---") + 1;
  const end = text.indexOf("\n---", offset);
  const own = text.slice(start, end < 0 ? text.length : end);
  const named = /^kind:\s*["']?(\w+)/m.exec(own)?.[1] ?? "";
  return { start, own, kind: isKind(named) ? named : undefined };
}

/** Without a kind, those of groups of which kinds are read. */
function apiVersions(kind: Kind | undefined): readonly string[] {
  if (kind !== undefined) return [`${KINDS[kind].group}/${versionsOf(kind)[0]}`];
  const inUse = new Set<string>(KIND_NAMES.map((name) => KINDS[name].group));
  return Object.entries(GROUPS)
    .filter(([group]) => inUse.has(group))
    .map(([group, [version]]) => `${group}/${version}`);
}

function toName(name: string, field: Handled): CompletionOption {
  const detail = describeType(field.type);
  const info = describeField(field);
  const isHolder = ["message", "list", "map"].includes(field.type.kind);
  return {
    label: name,
    text: `${name}:${isHolder ? "" : " "}`,
    detail,
    info: info.length === 1 && info[0] === detail ? [] : info,
  };
}

function valuesOf({ type, valueDocs = {}, default: byDefault }: Handled): CompletionOption[] {
  const values = type.kind === "enum" ? type.values : type.kind === "boolean" ? ["true", "false"] : [];
  return values.map((value) => ({
    ...toValue(value),
    detail: String(byDefault) === value ? "default" : "",
    info: valueDocs[value] === undefined ? [] : [valueDocs[value]],
  }));
}

function toValue(text: string): CompletionOption {
  return { label: text, text, detail: "", info: [] };
}
