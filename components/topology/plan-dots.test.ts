import { expect, test } from "vitest";
import { planDots } from "#components/topology/plan-dots.ts";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import type { GraphEdge } from "#core/graph/graph.ts";
import { edge, node } from "#core/graph/testing/graph-fixture.ts";

function plan(rate: number, figures: Partial<GraphEdge> = {}) {
  const { edges } = collapseGraph(
    { nodes: [node("a", "shop"), node("b", "shop")], edges: [edge("a", "b", rate, figures)] },
    new Set(),
  );
  return edges.map((each) => planDots(each, 100))[0];
}

test("the busiest edge has the most dots, the quietest one, an idle one none", () => {
  expect(plan(100)?.count).toBe(6);
  expect(plan(0.1)?.count).toBe(1);
  expect(plan(0)).toBeNull();
});

test("one dot in four fails where a quarter of the requests do, and all where all do", () => {
  expect(plan(10, { errorPercent: 25 })?.failedEvery).toBe(4);
  expect(plan(10, { errorPercent: 100 })?.failedEvery).toBe(1);
  expect(plan(10)?.failedEvery).toBeNull();
});

test("slower answers make slower dots, which never stand still", () => {
  const speeds = [1, 500, 10_000].map((p95Ms) => plan(10, { p95Ms })?.wayPerSecond ?? 0);
  expect(speeds).toEqual(speeds.toSorted((a, b) => b - a));
  expect(Math.min(...speeds)).toBeGreaterThan(0);
});
