import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from "yaml";
import { DOCUMENTS, KINDS } from "#core/kinds/kinds.ts";
import { findAliasTargets } from "#core/resource/alias-targets.ts";
import { listItems } from "#core/resource/list-items.ts";
import { readKind } from "#core/resource/read-kind.ts";
import type { Field } from "#core/schema/field.ts";
import { HIDDEN } from "#core/schema/hidden.ts";
import { listFields } from "#core/schema/list-fields.ts";
import { memberOf } from "#core/schema/member-of.ts";

const KEEPERS: ReadonlySet<string> = new Set(
  Object.entries(KINDS).flatMap(([kind, { schema }]) =>
    listFields(schema).some(([, field]) => isSecret(field)) ? [kind] : [],
  ),
);

/** Whether documents of the kind have fields that are not for everybody who reads them. */
export function keepsSecrets(kind: string): boolean {
  return KEEPERS.has(kind);
}

/**
 * A stored document without the values that are for those alone who may edit it; all else stands as its author wrote it. A value that is
 * written elsewhere and referred to is hidden there, and so is an annotation that repeats one, as kubectl writes, in JSON.
 */
export function hideSecrets(text: string): string {
  // Names of kinds can be written with escapes.
  if (!text.includes("\\") && ![...KEEPERS].some((kind) => text.includes(kind))) return text;
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false });
  const targets = findAliasTargets(document);
  const follow = (node: unknown): unknown => (isAlias(node) ? targets.get(node) : node);
  const found = new Set<Scalar>();
  for (const { node } of listItems(document)) {
    const kind = readKind(node);
    if (typeof kind !== "string" || !keepsSecrets(kind)) continue;
    collect(node, DOCUMENTS[kind], follow, found);
    const values = Array.from(found, ({ value }) => String(value)).filter((value) => value !== "");
    for (const annotation of annotationsOf(node, follow))
      if (textsIn(String(annotation.value)).some((told) => values.some((value) => told.includes(value))))
        found.add(annotation);
  }
  const places = Array.from(found, ({ range }) => range ?? undefined).filter((range) => range !== undefined);
  return places
    .sort(([a], [b]) => b - a)
    .reduce((rest, [start, end]) => {
      // The text of a block ends with the line's end.
      const tail = rest[end - 1] === "\n" ? "\n" : "";
      return `${rest.slice(0, start)}"${HIDDEN}"${tail}${rest.slice(end)}`;
    }, text);
}

function collect(given: unknown, field: Field, follow: (node: unknown) => unknown, found: Set<Scalar>): void {
  const node = follow(given);
  if (field.status !== "handled") return;
  const { type } = field;
  if (isScalar(node) && isSecret(field)) found.add(node);
  else if (isMap(node) && type.kind === "message")
    for (const { key, value } of node.items) {
      const member = memberOf(type.members, String((follow(key) as Scalar | undefined)?.value));
      if (member !== undefined) collect(value, member.field, follow, found);
    }
  else if (isMap(node) && type.kind === "map")
    for (const { value } of node.items) collect(value, type.value, follow, found);
  else if (isSeq(node) && type.kind === "list") for (const item of node.items) collect(item, type.item, follow, found);
}

function annotationsOf(root: Node | null, follow: (node: unknown) => unknown): Scalar[] {
  const metadata = isMap(root) ? follow(root.get("metadata", true)) : undefined;
  const annotations = isMap(metadata) ? follow(metadata.get("annotations", true)) : undefined;
  return isMap(annotations) ? annotations.items.map(({ value }) => follow(value)).filter((each) => isScalar(each)) : [];
}

/** A text, and of JSON what it says: with escapes a value is another text. */
function textsIn(text: string): readonly string[] {
  const found = [text];
  try {
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === "string") found.push(value);
    });
  } catch {
    // It is no JSON.
  }
  return found;
}

function isSecret(field: Field): boolean {
  return field.status === "handled" && field.isSecret === true;
}
