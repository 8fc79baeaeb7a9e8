import type { Point } from "#components/topology/layout-graph.ts";

/** How Cytoscape's `unbundled-bezier` wants control points: shares of the way and distances from the straight line. */
export interface Curve {
  readonly weights: readonly [number, number];
  readonly distances: readonly [number, number];
}

/** An S from the right side of one node to the left side of the next, level at both ends. */
export function curveEdge(from: Point, to: Point): Curve {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const lengthSquared = dx * dx + dy * dy;
  if (lengthSquared === 0) return { weights: [0.5, 0.5], distances: [0, 0] };
  const length = Math.sqrt(lengthSquared);
  // The control points are (dx/2, 0) and (dx/2, dy), told along the line between the ends and along its normal (-dy, dx).
  const half = dx / 2;
  const distance = (-half * dy) / length;
  return {
    weights: [(half * dx) / lengthSquared, (half * dx + dy * dy) / lengthSquared],
    distances: [distance, -distance],
  };
}
