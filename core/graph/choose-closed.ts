import type { Graph } from "#core/graph/graph.ts";

/** Above this a drawing cannot be read or moved; see docs/adr/0007-graph-layout.md. */
const NODES_SHOWN_MAX = 150;

/**
 * Which namespaces are closed. The person's own choice (`closed` and `open` in the URL) stands; beyond it a graph that is
 * too large to read starts with every namespace closed, to be opened where one wants to look.
 */
export function chooseClosed(
  nodes: Graph["nodes"],
  chosen: { readonly closed: ReadonlySet<string>; readonly open: ReadonlySet<string> },
): ReadonlySet<string> {
  const sizes = new Map<string, number>();
  for (const { namespace } of nodes) sizes.set(namespace, (sizes.get(namespace) ?? 0) + 1);
  const isTooLarge = nodes.length > NODES_SHOWN_MAX && sizes.size > 1;
  return new Set(
    [...sizes]
      .filter(
        ([namespace, size]) => chosen.closed.has(namespace) || (isTooLarge && size > 1 && !chosen.open.has(namespace)),
      )
      .map(([namespace]) => namespace),
  );
}
