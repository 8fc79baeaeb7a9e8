import { DOCUMENTS, type Kind } from "#core/kinds/kinds.ts";
import type { DocumentEdit } from "#core/resource/edit-document.ts";
import type { Field } from "#core/schema/field.ts";
import { memberOf } from "#core/schema/member-of.ts";
import type { Path } from "#core/schema/path.ts";

/** A document of a kind that takes a proto's names too (`access_log_file`), by its names in JSON: what its form reads. */
export function withJsonNames(kind: Kind, document: unknown): unknown {
  return rename(DOCUMENTS[kind], document);
}

/** Edits by names in JSON, as the document has the names already: no field comes to stand in it twice. */
export function withWrittenNames(kind: Kind, document: unknown, edits: readonly DocumentEdit[]): DocumentEdit[] {
  return edits.map((edit) => ({ ...edit, path: writtenPath(DOCUMENTS[kind], document, edit.path) }));
}

function rename(field: Field | undefined, value: unknown): unknown {
  if (field?.status !== "handled" || typeof value !== "object" || value === null) return value;
  const { type } = field;
  if (Array.isArray(value)) return type.kind === "list" ? value.map((item) => rename(type.item, item)) : value;
  if (type.kind === "map") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rename(type.value, v)]));
  if (type.kind !== "message") return value;
  const entries = Object.entries(value).map(([written, member]) => {
    const { name, field: own } = memberOf(type.members, written) ?? { name: written, field: undefined };
    // Of one that is written twice, which is an error, the form shows what stands under its own name.
    return [name !== written && Object.hasOwn(value, name) ? written : name, rename(own, member)];
  });
  return Object.fromEntries(entries);
}

function writtenPath(root: Field, document: unknown, path: Path): Path {
  let field: Field | undefined = root;
  let value = document;
  return path.map((segment) => {
    const type: Extract<Field, { status: "handled" }>["type"] | undefined =
      field?.status === "handled" ? field.type : undefined;
    const written =
      type?.kind === "message" && typeof segment === "string" ? writtenName(type.members, value, segment) : segment;
    field =
      type?.kind === "message"
        ? memberOf(type.members, String(segment))?.field
        : type?.kind === "list"
          ? type.item
          : type?.kind === "map"
            ? type.value
            : undefined;
    value =
      typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[written] : undefined;
    return written;
  });
}

function writtenName(members: Parameters<typeof memberOf>[0], value: unknown, name: string): string {
  if (typeof value !== "object" || value === null || Object.hasOwn(value, name)) return name;
  return Object.keys(value).find((each) => memberOf(members, each)?.name === name) ?? name;
}
