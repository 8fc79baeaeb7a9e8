import { expect, test } from "vitest";
import { curveEdge } from "#components/topology/curve-edge.ts";

test("control points are where they were meant, whichever way the edge goes", () => {
  for (const [from, to] of [
    [
      { x: 0, y: 0 },
      { x: 200, y: 120 },
    ],
    [
      { x: 300, y: 50 },
      { x: 10, y: 40 },
    ],
  ] as const) {
    const controls = [
      { x: 90, y: from.y },
      { x: 90, y: -30 },
      { x: 140, y: to.y },
    ];
    const { weights, distances } = curveEdge(from, to, controls);
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length = Math.hypot(dx, dy);
    const back = weights.map((weight, at) => ({
      x: from.x + weight * dx - ((distances[at] ?? 0) * dy) / length,
      y: from.y + weight * dy + ((distances[at] ?? 0) * dx) / length,
    }));
    controls.forEach((control, at) => {
      expect(back[at]?.x).toBeCloseTo(control.x);
      expect(back[at]?.y).toBeCloseTo(control.y);
    });
  }
});

test("ends in one place make no division by zero", () => {
  expect(curveEdge({ x: 1, y: 1 }, { x: 1, y: 1 }, [{ x: 5, y: 5 }])).toEqual({ weights: [0.5], distances: [0] });
});
