import { expect, test } from "vitest";
import { layerLayout } from "#components/topology/layer-layout.ts";
import type { LayoutNode, Positions } from "#components/topology/layout-graph.ts";

const WIDTH = 120;
const HEIGHT = 40;

function nodes(text: string, group = "default"): LayoutNode[] {
  return text.split(" ").map((id) => ({ id, group, width: WIDTH, height: HEIGHT }));
}

function edges(...pairs: string[]) {
  return pairs.map((pair) => {
    const [source = "", target = ""] = pair.split(">");
    return { source, target };
  });
}

const x = (positions: Positions, id: string) => positions.get(id)?.x ?? Number.NaN;
const y = (positions: Positions, id: string) => positions.get(id)?.y ?? Number.NaN;

function overlapping(positions: Positions): boolean {
  const all = [...positions.values()];
  return all.some((a, at) =>
    all.slice(at + 1).some((b) => Math.abs(a.x - b.x) < WIDTH && Math.abs(a.y - b.y) < HEIGHT),
  );
}

const bookinfo = {
  nodes: [...nodes("gateway", "ingress"), ...nodes("productpage details reviews1 reviews2 reviews3 ratings")],
  edges: edges(
    "gateway>productpage",
    "productpage>details",
    "productpage>reviews1",
    "productpage>reviews2",
    "productpage>reviews3",
    "reviews2>ratings",
    "reviews3>ratings",
  ),
};

test("callers stand left of what they call and nothing overlaps", () => {
  const positions = layerLayout(bookinfo.nodes, bookinfo.edges);
  for (const { source, target } of bookinfo.edges) expect(x(positions, source)).toBeLessThan(x(positions, target));
  expect(overlapping(positions)).toBe(false);
  expect(positions.size).toBe(7);
});

test("the same graph in another order gives the same picture", () => {
  expect(layerLayout([...bookinfo.nodes].reverse(), [...bookinfo.edges].reverse())).toEqual(
    layerLayout(bookinfo.nodes, bookinfo.edges),
  );
});

test("edges that need not cross do not", () => {
  const positions = layerLayout(nodes("a b c d"), edges("a>d", "b>c"));
  expect(Math.sign(y(positions, "a") - y(positions, "b"))).toBe(Math.sign(y(positions, "d") - y(positions, "c")));
});

test("a cycle still has a left and a right", () => {
  const positions = layerLayout(nodes("a b c"), edges("a>b", "b>c", "c>b"));
  expect(x(positions, "a")).toBeLessThan(x(positions, "b"));
  expect(positions.size).toBe(3);
});

test("boxes of namespaces that call each other to and fro do not overlap", () => {
  const positions = layerLayout(
    [...nodes("a1 a2 a3", "a"), ...nodes("b1 b2", "b")],
    edges("a1>b1", "b1>a2", "a2>b2", "b2>a3"),
  );
  const lowestOfA = Math.max(...["a1", "a2", "a3"].map((id) => y(positions, id)));
  const highestOfB = Math.min(...["b1", "b2"].map((id) => y(positions, id)));
  expect(lowestOfA + HEIGHT).toBeLessThan(highestOfB);
});

test("nodes without traffic stand below the rest", () => {
  const positions = layerLayout(nodes("a b idle1 idle2"), edges("a>b"));
  expect(y(positions, "idle1")).toBeGreaterThan(y(positions, "a") + HEIGHT);
  expect(overlapping(positions)).toBe(false);
});

test("a node without traffic does not draw its box around another namespace", () => {
  const all = [...bookinfo.nodes, ...nodes("billing")];
  const positions = layerLayout(all, bookinfo.edges);
  const leftOfDefault =
    Math.min(...all.filter(({ group }) => group === "default").map(({ id }) => x(positions, id))) - WIDTH / 2;
  expect(leftOfDefault).toBeGreaterThan(x(positions, "gateway") + WIDTH / 2);
});

test("a call to oneself does not matter", () => {
  expect(layerLayout(nodes("a"), edges("a>a")).size).toBe(1);
});
