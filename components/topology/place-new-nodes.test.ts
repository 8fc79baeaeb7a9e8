import { expect, test } from "vitest";
import { layerLayout } from "#components/topology/layer-layout.ts";
import { placeNewNodes } from "#components/topology/place-new-nodes.ts";

const node = (id: string) => ({ id, group: "default", width: 120, height: 40 });
const before = { nodes: [node("a"), node("b")], edges: [{ source: "a", target: "b" }] };
const after = {
  nodes: [...before.nodes, node("c"), node("d")],
  edges: [...before.edges, { source: "b", target: "c" }, { source: "a", target: "d" }],
};

test("what has a place keeps it to the pixel", () => {
  const known = new Map([
    ["a", { x: 400, y: -300 }],
    ["b", { x: 90, y: 17 }],
  ]);
  const positions = placeNewNodes(after.nodes, after.edges, known);
  expect(positions.get("a")).toEqual({ x: 400, y: -300 });
  expect(positions.get("b")).toEqual({ x: 90, y: 17 });
});

test("a new node stands right of its caller, and on no other", () => {
  const known = layerLayout(before.nodes, before.edges);
  const positions = placeNewNodes(after.nodes, after.edges, known);
  expect(positions.get("c")?.x).toBeGreaterThan(positions.get("b")?.x ?? Number.NaN);
  const all = [...positions.values()];
  for (const [at, a] of all.entries())
    for (const b of all.slice(at + 1)) expect(Math.abs(a.x - b.x) >= 120 || Math.abs(a.y - b.y) >= 40).toBe(true);
});

test("with nothing placed the result is the fresh layout", () => {
  expect(placeNewNodes(after.nodes, after.edges, new Map())).toEqual(layerLayout(after.nodes, after.edges));
});
