import type { Graph } from "#core/view/graph.ts";

/** Above this a drawing cannot be read or moved; see docs/adr/0007-graph-layout.md. */
export const NODES_SHOWN_MAX = 150;

/**
 * Which namespaces are closed. The person's own choice (`closed` and `open` in the URL) stands; beyond it a graph that
 * is too large is closed up, the largest namespaces first, until it fits.
 */
export function chooseClosed(nodes: Graph["nodes"], chosen: { readonly closed: ReadonlySet<string>; readonly open: ReadonlySet<string> }): ReadonlySet<string> {
  const sizes = new Map<string, number>();
  for (const { namespace } of nodes) sizes.set(namespace, (sizes.get(namespace) ?? 0) + 1);
  const closed = new Set([...chosen.closed].filter((namespace) => sizes.has(namespace)));
  let shown = [...sizes].reduce((total, [namespace, size]) => total + (closed.has(namespace) ? 1 : size), 0);
  for (const [namespace, size] of [...sizes].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))) {
    if (shown <= NODES_SHOWN_MAX) break;
    if (size === 1 || closed.has(namespace) || chosen.open.has(namespace)) continue;
    closed.add(namespace);
    shown -= size - 1;
  }
  return closed;
}

/** A list in one URL parameter. */
export function parseNames(text: string | null): ReadonlySet<string> {
  return new Set((text ?? "").split(",").filter(Boolean));
}

export function formatNames(names: ReadonlySet<string>): string | null {
  return names.size === 0 ? null : [...names].sort().join(",");
}
