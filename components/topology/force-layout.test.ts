import { expect, test } from "vitest";
import { forceLayout } from "#components/topology/force-layout.ts";

test("every node of a large graph has a finite place of its own", () => {
  const nodes = Array.from({ length: 160 }, (_, index) => ({
    id: `n${index}`,
    group: `g${index % 4}`,
    width: 120,
    height: 40,
  }));
  const edges = nodes.slice(1).map(({ id }, index) => ({ source: `n${Math.floor(index / 3)}`, target: id }));
  const positions = forceLayout(nodes, edges);
  expect(positions.size).toBe(160);
  expect([...positions.values()].every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  expect(new Set([...positions.values()].map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`)).size).toBe(160);
});
