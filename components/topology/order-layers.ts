import type { LayoutEdge, LayoutNode } from "#components/topology/layout-graph.ts";
import { compareNames } from "#core/compare-names.ts";

const SWEEPS = 8;

/** Each layer in an order with few crossings: again and again by the mean place of the neighbours, to and fro. Ties keep the order of names, so the result does not depend on the order of the input. */
export function orderLayers(layers: readonly (readonly LayoutNode[])[], edges: readonly LayoutEdge[]): LayoutNode[][] {
  const neighbours = new Map<string, string[]>();
  for (const { source, target } of edges) {
    if (source === target) continue;
    neighbours.set(source, [...(neighbours.get(source) ?? []), target]);
    neighbours.set(target, [...(neighbours.get(target) ?? []), source]);
  }
  const ordered = layers.map((layer) =>
    [...layer].sort((a, b) => compareNames(a.group, b.group) || compareNames(a.id, b.id)),
  );
  const place = new Map<string, number>();
  const note = (layer: readonly LayoutNode[]): void => {
    for (const [index, { id }] of layer.entries()) place.set(id, (index + 0.5) / layer.length);
  };
  ordered.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const way = sweep % 2 === 0 ? ordered.keys() : [...ordered.keys()].reverse();
    for (const at of way) {
      const layer = ordered[at] ?? [];
      const wanted = new Map(
        layer.map(({ id }) => [
          id,
          mean((neighbours.get(id) ?? []).map((other) => place.get(other) ?? 0.5)) ?? place.get(id) ?? 0.5,
        ]),
      );
      layer.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
      note(layer);
    }
  }
  return ordered;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}
