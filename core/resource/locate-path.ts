import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { jsonName } from "#core/schema/member-of.ts";
import type { Path } from "#core/schema/path.ts";

/** The node at the path, or the nearest one around it that exists. */
export function nodeAtPath(document: Document, root: Node | null, path: Path): Node | null {
  let node = root;
  for (const segment of path) {
    const holder: unknown = isAlias(node) ? node.resolve(document) : node;
    if (!isCollection(holder)) return node;
    const next: unknown = isMap(holder) ? memberAt(holder, String(segment)) : holder.get(segment, true);
    if (!isScalar(next) && !isCollection(next) && !isAlias(next)) return node;
    node = next;
  }
  return node;
}

/** Under its name, or else under that of its proto (`resource_detectors`). */
function memberAt({ items }: YAMLMap, name: string): unknown {
  const nameOf = ({ key }: { readonly key: unknown }) => String(isScalar(key) ? (key.source ?? key.value) : key);
  return (items.find((pair) => nameOf(pair) === name) ?? items.find((pair) => jsonName(nameOf(pair)) === name))?.value;
}

/** In a document's text, 1-based. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds where paths stand in one document's text, which is parsed once; the nearest parent of one that is absent. */
export function locatorOf(text: string): (path: Path) => Place | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  return (path) => {
    const start = nodeAtPath(document, document.contents, path)?.range?.[0];
    if (start === undefined) return undefined;
    const { line, col } = lines.linePos(start);
    return { line, column: col };
  };
}

/** Where one path stands; `locatorOf` is for several. */
export function locatePath(text: string, path: Path): Place | undefined {
  return locatorOf(text)(path);
}

/** The innermost named value that holds the offset; the root's path when none does. */
export function pathAtOffset(root: Node | null, offset: number): Path {
  if (isMap(root)) {
    for (const pair of root.items) {
      const key = isScalar(pair.key) ? pair.key : undefined;
      const value = isNode(pair.value) ? pair.value : undefined;
      const start = key?.range?.[0] ?? Number.POSITIVE_INFINITY;
      const end = value?.range?.[2] ?? key?.range?.[2] ?? start;
      if (offset >= start && offset < end) return [String(key?.value), ...pathAtOffset(value ?? null, offset)];
    }
  }
  if (isSeq(root)) {
    const index = root.items.findIndex(
      (item) => isNode(item) && offset >= (item.range?.[0] ?? 0) && offset < (item.range?.[2] ?? 0),
    );
    const item = root.items[index];
    if (isNode(item)) return [index, ...pathAtOffset(item, offset)];
  }
  return [];
}
