import { KIND_NAMES, type Kind } from "#core/kinds/kinds.ts";
import { type Field, type FieldTable, type FieldType, object, required, under } from "#core/resource/field.ts";
import { DOCUMENT } from "#core/resource/fields/document.ts";
import { FIELDS } from "#core/resource/fields/index.ts";

/** A field table as the tree it describes. */
export interface FieldNode {
  readonly field: Field;
  readonly members: ReadonlyMap<string, FieldNode>;
  /** Of a list, or the values of a map. */
  readonly item?: FieldNode;
}

interface Draft {
  field?: Field;
  readonly members: Map<string, Draft>;
  item?: Draft;
  itemIs?: "list" | "map";
}

/** Throws when a path contradicts another one: a mistake in the table, not of a user. */
function compileFields(table: FieldTable): FieldNode {
  const root: Draft = { members: new Map() };
  for (const [path, field] of Object.entries(table)) {
    let node = root;
    for (const token of path.match(/\[\]|\{\}|[^.[\]{}]+/g) ?? []) node = step(node, token, path);
    node.field = field;
  }
  return finish(root, "");
}

function step(node: Draft, token: string, path: string): Draft {
  if (token === "[]" || token === "{}") {
    const itemIs = token === "[]" ? "list" : "map";
    if (node.itemIs !== undefined && node.itemIs !== itemIs)
      throw new Error(`field table: ${path} is both a list and a map`);
    node.itemIs = itemIs;
    node.item ??= { members: new Map() };
    return node.item;
  }
  let member = node.members.get(token);
  if (member === undefined) {
    member = { members: new Map() };
    node.members.set(token, member);
  }
  return member;
}

function finish(draft: Draft, path: string): FieldNode {
  const members = new Map([...draft.members].map(([name, member]) => [name, finish(member, `${path}.${name}`)]));
  const field = draft.field ?? { type: impliedType(draft), handled: true, isRequired: false, hasPresence: false };
  const fits =
    draft.itemIs === undefined ? !["list", "map"].includes(field.type.kind) : field.type.kind === draft.itemIs;
  if (field.handled && !fits)
    throw new Error(`field table: ${path} is described as ${field.type.kind} and used otherwise`);
  return draft.item === undefined ? { field, members } : { field, members, item: finish(draft.item, `${path}[]`) };
}

function impliedType(draft: Draft): FieldType {
  if (draft.itemIs === "list") return { kind: "list", itemsMin: 0, itemsMax: 4096 };
  if (draft.itemIs === "map") return { kind: "map", sizeMax: 4096 };
  return { kind: "object", exactlyOneOf: [], atMostOneOf: [] };
}

function needsSpec(table: FieldTable): boolean {
  return Object.entries(table).some(([path, field]) => !/[.[{]/.test(path) && field.handled && field.isRequired);
}

/** The fields of a whole document of each kind. */
export const DOCUMENT_FIELDS = Object.fromEntries(
  KIND_NAMES.map((kind) => [
    kind,
    compileFields({
      ...DOCUMENT,
      ...(needsSpec(FIELDS[kind]) ? { spec: required(object()) } : {}),
      ...under("spec", FIELDS[kind]),
    }),
  ]),
) as Readonly<Record<Kind, FieldNode>>;
