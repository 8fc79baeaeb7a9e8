import type { Point } from "#components/topology/layout-graph.ts";

/** How Cytoscape's `unbundled-bezier` wants control points: shares of the way and distances from the straight line. */
export interface Curve {
  readonly weights: readonly number[];
  readonly distances: readonly number[];
}

/** Control points told along the line between the ends and along its normal (-dy, dx). */
export function curveEdge(from: Point, to: Point, controls: readonly Point[]): Curve {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const lengthSquared = dx * dx + dy * dy;
  if (lengthSquared === 0) return { weights: [0.5], distances: [0] };
  const length = Math.sqrt(lengthSquared);
  return {
    weights: controls.map(({ x, y }) => ((x - from.x) * dx + (y - from.y) * dy) / lengthSquared),
    distances: controls.map(({ x, y }) => ((y - from.y) * dx - (x - from.x) * dy) / length),
  };
}
