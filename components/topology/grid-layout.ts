import type { LayoutEdge, LayoutNode, Point, Positions } from "#components/topology/layout-graph.ts";

const GAP_X = 56;
const GAP_Y = 40;
const BOX_GAP = 88;
/** As wide for its height as the space it is drawn in. */
const ASPECT = 1.7;

interface Block {
  readonly points: ReadonlyMap<string, Point>;
  readonly width: number;
  readonly height: number;
}

/** True where nearly everything calls everything: layers would be a chain, and forces a heap. */
export function isDense(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): boolean {
  return nodes.length > 12 && edges.length > 4 * nodes.length;
}

/** Rows of blocks, one for each group, those that mostly call before those that are mostly called. The same graph always gives the same picture. */
export function gridLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Positions {
  const groups = Map.groupBy(nodes, ({ group }) => group);
  const lean = callerLean(nodes, edges);
  const ordered = [...groups].sort(([a], [b]) => (lean.get(b) ?? 0) - (lean.get(a) ?? 0) || (a < b ? -1 : 1));
  const blocks = ordered.map(([, members]) => blockOf(members));
  const area = blocks.reduce((sum, { width, height }) => sum + (width + BOX_GAP) * (height + BOX_GAP), 0);
  const rowWidth = Math.max(Math.sqrt(area * ASPECT), ...blocks.map(({ width }) => width));
  const positions = new Map<string, Point>();
  let left = 0;
  let top = 0;
  let rowHeight = 0;
  for (const { points, width, height } of blocks) {
    if (left > 0 && left + width > rowWidth) {
      left = 0;
      top += rowHeight + BOX_GAP;
      rowHeight = 0;
    }
    for (const [id, { x, y }] of points) positions.set(id, { x: left + x, y: top + y });
    left += width + BOX_GAP;
    rowHeight = Math.max(rowHeight, height);
  }
  return positions;
}

function blockOf(members: readonly LayoutNode[]): Block {
  const width = Math.max(...members.map((node) => node.width));
  const height = Math.max(...members.map((node) => node.height));
  const columns = Math.max(1, Math.round(Math.sqrt((members.length * ASPECT * (height + GAP_Y)) / (width + GAP_X))));
  const rows = Math.ceil(members.length / columns);
  const points = new Map(
    members.map(({ id }, at): [string, Point] => [
      id,
      {
        x: (at % columns) * (width + GAP_X) + width / 2,
        y: Math.floor(at / columns) * (height + GAP_Y) + height / 2,
      },
    ]),
  );
  return {
    points,
    width: Math.min(columns, members.length) * (width + GAP_X) - GAP_X,
    height: rows * (height + GAP_Y) - GAP_Y,
  };
}

/** Group → 1 where it only calls, -1 where it is only called. */
function callerLean(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): ReadonlyMap<string, number> {
  const groupOf = new Map(nodes.map(({ id, group }) => [id, group]));
  const out = new Map<string, number>();
  const all = new Map<string, number>();
  for (const { source, target } of edges) {
    const [from, to] = [groupOf.get(source), groupOf.get(target)];
    if (from === undefined || to === undefined || from === to) continue;
    out.set(from, (out.get(from) ?? 0) + 1);
    all.set(from, (all.get(from) ?? 0) + 1);
    all.set(to, (all.get(to) ?? 0) + 1);
  }
  return new Map([...all].map(([group, count]) => [group, (2 * (out.get(group) ?? 0)) / count - 1]));
}
