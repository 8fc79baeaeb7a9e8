import type { GraphEnds } from "#core/graph/graph.ts";
import type { Pair } from "#core/graph/merge-reporters.ts";
import { type NodeIdentity, NodeNamer } from "#core/graph/node-of.ts";

const NAMESPACE = "namespace:";

/** The pairs that are drawn between two ends of a view; an end that is absent is anybody. Of a namespace alone, those that cross its border. */
export function selectPairs(pairs: readonly Pair[], { view, from, to }: GraphEnds): Pair[] {
  const namer = new NodeNamer(view, pairs);
  return pairs.filter((pair) => {
    const source = namer.source(pair);
    const target = namer.target(pair);
    if (from === undefined) return isAt(target, to) && !isInside(source, to);
    if (to === undefined) return isAt(source, from) && !isInside(target, from);
    return isAt(source, from) && isAt(target, to);
  });
}

function isAt(node: NodeIdentity, end: string | undefined): boolean {
  return end === undefined || node.id === end || isInside(node, end);
}

function isInside({ namespace }: NodeIdentity, end: string | undefined): boolean {
  return end !== undefined && end === `${NAMESPACE}${namespace}`;
}
