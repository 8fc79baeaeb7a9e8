import type { DisplayEdge } from "#core/graph/display-graph.ts";

/** Dots on one edge: how many, which of them failed, and the part of the way they go in a second. */
export interface DotPlan {
  readonly count: number;
  readonly failedEvery: number | null;
  readonly wayPerSecond: number;
}

const DOTS_MAX = 6;
const SLOW_MS = 2000;

/** More dots for more requests, by the square root as lines are thicker; slower dots where answers take longer; of those that fail, their share. */
export function planDots(edge: DisplayEdge, busiest: number): DotPlan | null {
  const { requestsPerSecond, errorPercent, p95Ms } = edge;
  if (requestsPerSecond === 0 || busiest === 0) return null;
  const count = Math.max(1, Math.round(DOTS_MAX * Math.sqrt(requestsPerSecond / busiest)));
  const slowness = Math.min(1, (p95Ms ?? 0) / SLOW_MS);
  return {
    count,
    failedEvery: errorPercent === 0 ? null : Math.max(1, Math.round(100 / errorPercent)),
    wayPerSecond: 0.5 - 0.4 * slowness,
  };
}
