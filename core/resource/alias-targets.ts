import { type Alias, type Document, isAlias, isCollection, isScalar, type Node, visit } from "yaml";

/**
 * What each alias of a document stands for. One walk for all of them: the library looks through the whole document for
 * each, and a megabyte of aliases would take it minutes.
 */
export function findAliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, (_key, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    } else if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.set(node.anchor, node);
  });
  return targets;
}
