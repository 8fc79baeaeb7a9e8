import type { LayoutEdge, LayoutNode } from "#components/topology/layout-graph.ts";

const NODE_GAP = 44;
const ROUNDS = 24;

/** A height for each node: as near to its neighbours as the order of its layer and the gaps allow. */
export function spreadLayers(
  layers: readonly (readonly LayoutNode[])[],
  edges: readonly LayoutEdge[],
): ReadonlyMap<string, number> {
  const neighbours = new Map<string, string[]>();
  for (const { source, target } of edges) {
    if (source === target) continue;
    neighbours.set(source, [...(neighbours.get(source) ?? []), target]);
    neighbours.set(target, [...(neighbours.get(target) ?? []), source]);
  }
  const y = new Map<string, number>();
  for (const layer of layers) {
    const total = layer.reduce((sum, { height }) => sum + height + NODE_GAP, -NODE_GAP);
    let top = -total / 2;
    for (const { id, height } of layer) {
      y.set(id, top + height / 2);
      top += height + NODE_GAP;
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    const way = round % 2 === 0 ? layers : [...layers].reverse();
    for (const layer of way) {
      const wanted = layer.map(({ id }) => {
        const around = (neighbours.get(id) ?? []).flatMap((other) => y.get(other) ?? []);
        return around.length === 0 ? (y.get(id) ?? 0) : around.reduce((sum, value) => sum + value, 0) / around.length;
      });
      settle(layer, wanted).forEach((value, index) => {
        const node = layer[index];
        if (node !== undefined) y.set(node.id, value);
      });
    }
  }
  return y;
}

/** The heights nearest to the wanted ones that keep order and gaps: neighbours that push each other move as one block about their mean. */
function settle(layer: readonly LayoutNode[], wanted: readonly number[]): number[] {
  interface Block {
    readonly from: number;
    to: number;
    /** Sum of where its first node would stand for each member to be where it wants. */
    sum: number;
    readonly offsets: number[];
  }
  const blocks: Block[] = [];
  const startOf = (block: Block) => block.sum / block.offsets.length;
  layer.forEach((_, index) => {
    blocks.push({ from: index, to: index, sum: wanted[index] ?? 0, offsets: [0] });
    for (
      let last = blocks.at(-1), before = blocks.at(-2);
      last !== undefined && before !== undefined;
      last = blocks.at(-1), before = blocks.at(-2)
    ) {
      const step = gapBetween(layer[before.to], layer[last.from]);
      const lead = (before.offsets.at(-1) ?? 0) + step;
      if (startOf(before) + lead <= startOf(last)) break;
      before.sum += last.sum - lead * last.offsets.length;
      before.offsets.push(...last.offsets.map((offset) => offset + lead));
      before.to = last.to;
      blocks.pop();
    }
  });
  return blocks.flatMap((block) => block.offsets.map((offset) => startOf(block) + offset));
}

function gapBetween(above: LayoutNode | undefined, below: LayoutNode | undefined): number {
  return ((above?.height ?? 0) + (below?.height ?? 0)) / 2 + NODE_GAP;
}
