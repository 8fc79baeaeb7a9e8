import { expect, test } from "vitest";
import { nearestNode } from "#components/topology/nearest-node.ts";

const positions = new Map([
  ["left", { x: 0, y: 0 }],
  ["middle", { x: 200, y: 10 }],
  ["low", { x: 200, y: 120 }],
  ["right", { x: 400, y: 0 }],
]);

test.each([
  ["left", "ArrowRight", "middle"],
  ["middle", "ArrowRight", "right"],
  ["middle", "ArrowDown", "low"],
  ["low", "ArrowUp", "middle"],
  ["middle", "ArrowLeft", "left"],
  ["left", "ArrowLeft", null],
  ["gone", "ArrowLeft", null],
] as const)("from %s, %s leads to %s", (from, direction, to) => {
  expect(nearestNode(positions, from, direction)).toBe(to);
});
