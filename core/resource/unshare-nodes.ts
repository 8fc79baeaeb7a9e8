import { type Document, isAlias, isCollection, isNode, isPair, type Node, visit } from "yaml";

/**
 * Gives every alias of the anchors a copy of its own, so that a change behind an anchor stays in one place; the anchors
 * go, for nothing refers to them any more. Aliases inside the copies stay aliases.
 */
export function unshareAnchors(document: Document, anchors: ReadonlySet<string>): void {
  if (anchors.size === 0) return;
  visit(document, {
    Alias(_key, alias) {
      if (!anchors.has(alias.source)) return undefined;
      return copyOf(document, alias);
    },
  });
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node) && node.anchor !== undefined && anchors.has(node.anchor)) delete node.anchor;
    },
  });
}

/** The anchors of a node and of all in it. */
export function anchorsIn(node: unknown): string[] {
  const found: string[] = [];
  if (!isNode(node)) return found;
  visit(node, {
    Node(_key, each) {
      if (!isAlias(each) && each.anchor !== undefined) found.push(each.anchor);
    },
  });
  return found;
}

/** What the alias stands for as a node of its own; it keeps the alias's comments and not the anchor's. */
export function copyOf(document: Document, alias: Node): Node | undefined {
  if (!isAlias(alias)) return undefined;
  const source = alias.resolve(document);
  if (source === undefined) return undefined;
  const copy = source.clone() as Node;
  visit(copy, {
    Node(_key, node) {
      if (!isAlias(node)) delete (node as { anchor?: string }).anchor;
    },
  });
  if (alias.commentBefore != null) copy.commentBefore = alias.commentBefore;
  if (alias.comment != null && !isCollection(copy)) copy.comment = alias.comment;
  return copy;
}

/** The parser gives a comment before the first member to its holder: gives it to the member, so that it goes where that goes. */
export function settleFirstComment(holder: unknown, isHolders: boolean): void {
  if (isHolders || !isCollection(holder) || holder.commentBefore == null) return;
  const [first] = holder.items;
  const owner = isPair(first) ? first.key : first;
  if (!isNode(owner)) return;
  owner.commentBefore = holder.commentBefore;
  holder.commentBefore = null;
}
