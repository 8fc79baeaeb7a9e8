import { type Document, isMap, isNode, isSeq, type Node } from "yaml";
import type { Path } from "#core/schema/path.ts";

/** The root of one resource, and where it stands in its document. */
export interface ListItem {
  readonly node: Node | null;
  readonly prefix: Path;
}

/** The document itself, or the items of a `kind: List`. */
export function listItems(document: Document.Parsed): ListItem[] {
  const root = document.contents;
  const kind: unknown = isMap(root) ? root.get("kind") : undefined;
  const items: unknown = isMap(root) ? root.get("items") : undefined;
  if (typeof kind !== "string" || !kind.endsWith("List") || !isSeq(items)) return [{ node: root, prefix: [] }];
  const first = items.items[0];
  // The parser gives a comment before the first item to the list.
  if (isNode(first) && items.commentBefore != null) first.commentBefore = items.commentBefore;
  return items.items.map((item, index) => ({ node: isNode(item) ? item : null, prefix: ["items", index] }));
}
