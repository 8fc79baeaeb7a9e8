import type { LayoutNode, Point, Positions } from "#components/topology/layout-graph.ts";

/** What a namespace's box has around its cards, and between two boxes. */
const PADDING = 34;
const GAP = 28;

interface Block {
  readonly members: readonly LayoutNode[];
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Moves groups apart whose boxes would lie over each other: each as a whole, to the right or down, whichever is less.
 * What does not overlap stays where it is.
 */
export function separateGroups(nodes: readonly LayoutNode[], positions: Positions): Positions {
  const blocks = [...Map.groupBy(nodes, ({ group }) => group).values()]
    .flatMap((members) => blockOf(members, positions) ?? [])
    .sort(
      (a, b) => a.left + a.top - (b.left + b.top) || ((a.members[0]?.id ?? "") < (b.members[0]?.id ?? "") ? -1 : 1),
    );
  const placed: Block[] = [];
  const moved = new Map(positions);
  for (const block of blocks) {
    let { left, top } = block;
    for (;;) {
      const hit = placed.find(
        (other) =>
          left < other.left + other.width + GAP &&
          other.left < left + block.width + GAP &&
          top < other.top + other.height + GAP &&
          other.top < top + block.height + GAP,
      );
      if (hit === undefined) break;
      const right = hit.left + hit.width + GAP - left;
      const down = hit.top + hit.height + GAP - top;
      if (down <= right) top += down;
      else left += right;
    }
    placed.push({ ...block, left, top });
    if (left === block.left && top === block.top) continue;
    for (const { id } of block.members) {
      const { x, y } = positions.get(id) as Point;
      moved.set(id, { x: x + left - block.left, y: y + top - block.top });
    }
  }
  return moved;
}

function blockOf(members: readonly LayoutNode[], positions: Positions): Block | null {
  const placed = members.flatMap((node) => {
    const point = positions.get(node.id);
    return point === undefined ? [] : [{ node, ...point }];
  });
  if (placed.length === 0) return null;
  const left = Math.min(...placed.map(({ node, x }) => x - node.width / 2)) - PADDING;
  const right = Math.max(...placed.map(({ node, x }) => x + node.width / 2)) + PADDING;
  const top = Math.min(...placed.map(({ node, y }) => y - node.height / 2)) - PADDING;
  const bottom = Math.max(...placed.map(({ node, y }) => y + node.height / 2)) + PADDING;
  return { members: placed.map(({ node }) => node), left, top, width: right - left, height: bottom - top };
}
