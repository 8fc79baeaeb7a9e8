import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { PharosError } from "#core/errors.ts";
import { keepLines } from "#core/resource/keep-lines.ts";
import { anchorsIn, copyOf, settleFirstComment, unshareAnchors } from "#core/resource/unshare-nodes.ts";
import { formatPath, type Path, type PathSegment } from "#core/schema/path.ts";

/** Paths as those of diagnostics: `["spec", "http", 0, "route", 1, "weight"]`. */
export type DocumentEdit =
  | { readonly op: "set"; readonly path: Path; readonly value: unknown }
  | { readonly op: "delete"; readonly path: Path }
  /** At the position in a list; its length appends. */
  | { readonly op: "insert"; readonly path: Path; readonly value: unknown }
  /** An item of a list to another position in it, its comments with it. */
  | { readonly op: "move"; readonly path: Path; readonly to: number }
  /** A member of an object to another name, in the same place of it. */
  | { readonly op: "rename"; readonly path: Path; readonly to: string };

/**
 * Applies edits to one document's text, in order, and leaves all else as its author wrote it: comments, order, quotes.
 * A `set` changes only what differs: setting an object or list walks into it. A `set` makes the parents that are
 * missing; a `delete` of nothing changes nothing. What an anchor and its aliases share is parted by the first edit that
 * leads into it: an edit changes what its path says and nothing else. Throws `invalid` when the text is not YAML or a path leads through
 * something that is no object or list.
 */
export function editDocument(text: string, edits: readonly DocumentEdit[]): string {
  const document: Document = parseDocument(text, { uniqueKeys: false });
  const problem = document.errors[0]?.message ?? whyNoValue(document);
  if (problem !== undefined)
    throw new PharosError("invalid", `the document cannot be edited while it is not YAML: ${problem}`, {
      hint: "correct it as text first",
    });
  const style = styleOf(text);
  const before = document.toString(style);
  let isChanged = false;
  for (const edit of edits) {
    isChanged = applyEdit(document, edit) || isChanged;
  }
  if (!isChanged) return text;
  const after = document.toString(style);
  const kept = keepLines(text, before, after);
  // Lines kept from another indentation could mean something else: then the printed document is the answer.
  return isSameValue(kept, document) ? kept : after;
}

/** Aliases that stand for nothing, for what holds them, or for more than any real document has are found only when they are resolved. */
function whyNoValue(document: Document): string | undefined {
  try {
    JSON.stringify(document.toJS());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function applyEdit(document: Document, edit: DocumentEdit): boolean {
  const { path } = edit;
  const last = path.at(-1);
  if (last === undefined) {
    if (edit.op !== "set") throw new PharosError("invalid", "the whole document can only be set");
    const root: Place = {
      get: () => document.contents,
      put: (node) => {
        document.contents = node as typeof document.contents;
      },
    };
    return setNode(document, root, edit.value);
  }
  unshare(document, path, edit.op === "insert");
  if (edit.op === "delete") {
    const parent = findCollection(document, path.slice(0, -1));
    if (parent === undefined || !hasIn(parent, last)) return false;
    if (isFirst(parent, last)) settleFirstComment(parent, isItem(document, path.slice(0, -1)));
    return parent.delete(keyIn(parent, last));
  }
  if (edit.op === "move") return moveItem(findCollection(document, path.slice(0, -1)), last, edit.to);
  if (edit.op === "rename") return renameMember(document, path, last, edit.to);
  const parent = makeCollection(document, path);
  if (edit.op === "insert") {
    if (last === 0) settleFirstComment(parent, false);
    if (!isSeq(parent) || typeof last !== "number")
      throw new PharosError("invalid", `${formatPath(path)} does not name an element of a list`);
    parent.items.splice(Math.min(last, parent.items.length), 0, document.createNode(edit.value));
    return true;
  }
  return setNode(document, placeIn(parent, last, document), edit.value);
}

function moveItem(list: YAMLMap | YAMLSeq | undefined, from: PathSegment, to: number): boolean {
  if (!isSeq(list) || typeof from !== "number" || from >= list.items.length) return false;
  settleFirstComment(list, false);
  list.items.splice(Math.min(to, list.items.length - 1), 0, ...list.items.splice(from, 1));
  return from !== to;
}

function renameMember(document: Document, path: Path, from: PathSegment, to: string): boolean {
  const parent = findCollection(document, path.slice(0, -1));
  if (!isMap(parent) || String(from) === to) return false;
  const pair = parent.items.find(({ key }) => nameOf(key) === String(from));
  if (pair === undefined) return false;
  if (hasIn(parent, to)) throw new PharosError("invalid", `${JSON.stringify(to)} appears twice`);
  const key = document.createNode(to);
  if (isNode(pair.key)) copyComments(pair.key, key);
  pair.key = key;
  return true;
}

/**
 * Parts what the path leads through from what shares it: an alias on the way becomes a copy, and the aliases of an
 * anchor on the way, or within what the path names, become copies of how it was.
 */
function unshare(document: Document, path: Path, isInsert: boolean): void {
  const anchors = new Set<string>();
  let node: unknown = document.contents;
  for (const [depth, segment] of path.entries()) {
    if (!isMap(node) && !isSeq(node)) break;
    if (node.anchor !== undefined) anchors.add(node.anchor);
    // A place to insert at: what stands there is only moved on, past what may refer to it.
    if (isInsert && depth === path.length - 1) break;
    if (!hasIn(node, segment)) break;
    const place = placeIn(node, segment, document);
    const member = place.get();
    const copy = isAlias(member) && depth < path.length - 1 ? copyOf(document, member) : undefined;
    if (copy !== undefined) place.put(copy);
    node = copy ?? member;
    if (depth === path.length - 1) for (const anchor of anchorsIn(node)) anchors.add(anchor);
  }
  unshareAnchors(document, anchors);
}

interface Place {
  get(): unknown;
  put(node: unknown): void;
}

function placeIn(parent: YAMLMap | YAMLSeq, segment: PathSegment, document: Document): Place {
  return {
    get: () => (hasIn(parent, segment) ? parent.get(keyIn(parent, segment), true) : undefined),
    put: (node) =>
      parent.set(
        hasIn(parent, segment) ? keyIn(parent, segment) : isMap(parent) ? document.createNode(segment) : segment,
        node,
      ),
  };
}

/** Makes the node there hold the value, keeping the node (and its comments) where it can; true when anything changed. */
function setNode(document: Document, place: Place, value: unknown): boolean {
  const old = place.get();
  if (isMap(old) && isPlainObject(value)) return mergeMap(document, old, value);
  if (isSeq(old) && Array.isArray(value)) return mergeSeq(document, old, value);
  if (isScalar(old) && !isCollectionValue(value)) return setScalar(old, value);
  if (isAlias(old) && JSON.stringify(toValue(document, old)) === JSON.stringify(value)) return false;
  const node = document.createNode(value, { aliasDuplicateObjects: false });
  if (isCollection(old) || isScalar(old)) copyComments(old, node as Node);
  place.put(node);
  return true;
}

function mergeMap(document: Document, map: YAMLMap, value: Readonly<Record<string, unknown>>): boolean {
  let isChanged = false;
  for (const pair of [...map.items]) {
    const name = nameOf(pair.key);
    if (Object.hasOwn(value, name) && value[name] !== undefined) continue;
    isChanged = map.delete(pair.key) || isChanged;
  }
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) isChanged = setNode(document, placeIn(map, name, document), member) || isChanged;
  }
  return isChanged;
}

/** Items that did not change keep their nodes even when one was put in or taken out before them. */
function mergeSeq(document: Document, list: YAMLSeq, value: readonly unknown[]): boolean {
  const before = list.items.map((item) => JSON.stringify(toValue(document, item)));
  const after = value.map((item) => JSON.stringify(item));
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end))
    end += 1;
  const oldCount = before.length - start - end;
  const newCount = after.length - start - end;
  if (oldCount === 0 && newCount === 0) return false;
  const shared = Math.min(oldCount, newCount);
  for (let index = start; index < start + shared; index += 1)
    setNode(document, placeIn(list, index, document), value[index]);
  const added = value
    .slice(start + shared, start + newCount)
    .map((item) => document.createNode(item, { aliasDuplicateObjects: false }));
  list.items.splice(start + shared, oldCount - shared, ...added);
  return true;
}

function setScalar(scalar: Scalar, value: unknown): boolean {
  if (scalar.value === value) return false;
  const wasText = typeof scalar.value === "string";
  scalar.value = value;
  delete scalar.source;
  if (!wasText || typeof value !== "string") delete scalar.type;
  return true;
}

function findCollection(document: Document, path: Path): YAMLMap | YAMLSeq | undefined {
  let node: unknown = document.contents;
  for (const segment of path) {
    const holder = follow(document, node);
    if (!isMap(holder) && !isSeq(holder)) return undefined;
    node = hasIn(holder, segment) ? holder.get(keyIn(holder, segment), true) : undefined;
  }
  const found = follow(document, node);
  return isMap(found) || isSeq(found) ? found : undefined;
}

/** The parent of the path's last segment, with every level that is missing made on the way. */
function makeCollection(document: Document, path: Path): YAMLMap | YAMLSeq {
  const shapeFor = (segment: PathSegment | undefined) =>
    document.createNode(typeof segment === "number" ? [] : {}) as YAMLMap | YAMLSeq;
  if (!isCollection(document.contents)) document.contents = shapeFor(path[0]) as unknown as typeof document.contents;
  let node = document.contents as unknown as YAMLMap | YAMLSeq;
  for (let depth = 0; depth < path.length - 1; depth += 1) {
    const segment = path[depth] as PathSegment;
    const next = follow(document, hasIn(node, segment) ? node.get(keyIn(node, segment), true) : undefined);
    if (isMap(next) || isSeq(next)) {
      node = next;
      continue;
    }
    if (next !== undefined && !(isScalar(next) && next.value === null)) {
      throw new PharosError(
        "invalid",
        `${formatPath(path.slice(0, depth + 1))} is neither an object nor a list, so ${formatPath(path)} cannot be set`,
      );
    }
    const made = shapeFor(path[depth + 1]);
    placeIn(node, segment, document).put(made);
    node = made;
  }
  const last = path.at(-1);
  if (isSeq(node) !== (typeof last === "number"))
    throw new PharosError("invalid", `${formatPath(path)} does not fit the document`);
  if (isSeq(node) && typeof last === "number" && last > node.items.length)
    throw new PharosError("invalid", `${formatPath(path)} is beyond the end of the list`);
  return node;
}

function follow(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function hasIn(holder: YAMLMap | YAMLSeq, segment: PathSegment): boolean {
  return isSeq(holder)
    ? typeof segment === "number" && segment < holder.items.length
    : keyIn(holder, segment) !== undefined;
}

/** The key as the map holds it: `8080` may be a number in YAML and is text in a path. */
function keyIn(holder: YAMLMap | YAMLSeq, segment: PathSegment): unknown {
  if (isSeq(holder)) return segment;
  return holder.items.find((pair) => nameOf(pair.key) === String(segment))?.key;
}

function isFirst(holder: YAMLMap | YAMLSeq, segment: PathSegment): boolean {
  const [first] = holder.items;
  return isSeq(holder) ? segment === 0 : isPair(first) && nameOf(first.key) === String(segment);
}

/** A comment before an item of a list is about the item, also where the item is an object. */
function isItem(document: Document, path: Path): boolean {
  return path.length > 0 && isSeq(findCollection(document, path.slice(0, -1)));
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function toValue(document: Document, node: unknown): unknown {
  return isCollection(node) || isScalar(node) || isAlias(node) ? node.toJS(document) : node;
}

function copyComments(from: Node, to: Node): void {
  if (from.commentBefore != null) to.commentBefore = from.commentBefore;
  if (from.comment != null) to.comment = from.comment;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCollectionValue(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** How the author lays out YAML, so that what is printed anew looks like the rest. */
function styleOf(text: string) {
  const nested = /^( *)(?:- )*[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)- /m.exec(text);
  const step = /^[^\s#-][^\n]*:[ \t]*\n( +)[^\s#-]/m.exec(text);
  return {
    lineWidth: 0,
    indent: Math.min(Math.max(step?.[1]?.length ?? 2, 2), 8),
    indentSeq: nested === null || (nested[1]?.length ?? 0) < (nested[2]?.length ?? 0),
    flowCollectionPadding: !/[{[](?=[^\s{}[\]])/.test(text) || /[{[] (?=\S)/.test(text),
  };
}

function isSameValue(text: string, document: Document): boolean {
  const parsed = parseDocument(text, { uniqueKeys: false });
  return parsed.errors.length === 0 && JSON.stringify(parsed.toJS()) === JSON.stringify(document.toJS());
}
