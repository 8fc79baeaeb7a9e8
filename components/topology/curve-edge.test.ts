import { expect, test } from "vitest";
import { curveEdge } from "#components/topology/curve-edge.ts";

test("a level edge is straight", () => {
  expect(curveEdge({ x: 0, y: 5 }, { x: 100, y: 5 })).toEqual({ weights: [0.5, 0.5], distances: [-0, 0] });
});

test("both control points stand half way across, one at the height of each end", () => {
  const from = { x: 10, y: 20 };
  const to = { x: 110, y: 220 };
  const { weights, distances } = curveEdge(from, to);
  const length = Math.hypot(100, 200);
  // Back from share and distance to a point: along the line, then at right angles to it.
  const points = weights.map((weight, index) => {
    const distance = distances[index] ?? Number.NaN;
    return {
      x: from.x + weight * 100 - (distance * 200) / length,
      y: from.y + weight * 200 + (distance * 100) / length,
    };
  });
  expect(points[0]?.x).toBeCloseTo(60);
  expect(points[0]?.y).toBeCloseTo(20);
  expect(points[1]?.x).toBeCloseTo(60);
  expect(points[1]?.y).toBeCloseTo(220);
});

test("ends in one place do not divide by zero", () => {
  expect(curveEdge({ x: 1, y: 1 }, { x: 1, y: 1 }).distances).toEqual([0, 0]);
});
