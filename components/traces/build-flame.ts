import { type FlameNode, flameTree } from "#core/telemetry/flame-tree.ts";
import type { SpanNode } from "#core/telemetry/span-tree.ts";

/** A box of the flame graph; offset and width are shares of the whole row. */
export interface FlameBox {
  readonly path: string;
  readonly node: FlameNode;
  readonly depth: number;
  readonly offset: number;
  readonly width: number;
}

export interface Flame {
  readonly boxes: readonly FlameBox[];
  readonly depth: number;
  /** Boxes that are too narrow or too deep to be seen; zooming in shows them. */
  readonly hidden: number;
  readonly totalMs: number;
  /** What is zoomed into; undefined: the whole. */
  readonly zoomed: FlameNode | undefined;
}

const WIDTH_MIN = 0.0015;
const DEPTH_MAX = 60;

/** Boxes below each other, as wide as the time in them. `path` zooms into one: it and all below take the whole width. */
export function buildFlame(nodes: readonly SpanNode[], path: string): Flame {
  const whole = flameTree(nodes);
  const zoomed = find(whole, path);
  const root = zoomed ?? whole;
  const boxes: FlameBox[] = [];
  let hidden = 0;
  let depth = 0;
  const tops = zoomed === undefined ? [...root.children.values()] : [root];
  const waiting = place(
    tops,
    zoomed === undefined ? "" : path.slice(0, path.lastIndexOf("/")),
    zoomed === undefined,
    0,
    0,
    root.totalMs,
    path,
  );
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.width < WIDTH_MIN || next.depth >= DEPTH_MAX) {
      hidden += 1;
      continue;
    }
    boxes.push(next);
    depth = Math.max(depth, next.depth + 1);
    waiting.push(
      ...place([...next.node.children.values()], next.path, true, next.depth + 1, next.offset, root.totalMs, ""),
    );
  }
  return { boxes, depth, hidden, totalMs: root.totalMs, zoomed };
}

function place(
  nodes: readonly FlameNode[],
  above: string,
  isNumbered: boolean,
  depth: number,
  from: number,
  totalMs: number,
  own: string,
): FlameBox[] {
  let offset = from;
  return nodes.map((node, index) => {
    const width = totalMs === 0 ? 0 : node.totalMs / totalMs;
    const box = { path: isNumbered ? `${above}/${index}` : own, node, depth, offset, width };
    offset += width;
    return box;
  });
}

function find(root: FlameNode, path: string): FlameNode | undefined {
  if (!/^(\/\d+)+$/.test(path)) return undefined;
  let at: FlameNode | undefined = root;
  for (const index of path.slice(1).split("/")) at = [...(at?.children.values() ?? [])][Number(index)];
  return at;
}
