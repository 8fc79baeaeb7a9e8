import { expect, test } from "vitest";
import { buildElements } from "#components/topology/build-elements.ts";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { edge, node } from "#core/graph/testing/graph-fixture.ts";

const graph = {
  nodes: [node("a", "shop"), node("b", "shop", "failure"), node("c", "bank")],
  edges: [edge("a", "b", 100), edge("b", "c", 1), edge("a", "c", 0)],
};

test("boxes come before the nodes they hold; a closed namespace has none", () => {
  const elements = buildElements(collapseGraph(graph, new Set(["bank"])), new Map());
  expect(elements.map(({ data }) => [data.id, data.parent])).toEqual([
    ["box:shop", undefined],
    ["a", "box:shop"],
    ["b", "box:shop"],
    ["namespace:bank", undefined],
    ["a->b", undefined],
    ["b→namespace:bank", undefined],
    ["a→namespace:bank", undefined],
  ]);
});

test("more traffic is a thicker line, and none at all is idle whatever its health", () => {
  const [busy, quiet, idle] = buildElements(collapseGraph(graph, new Set()), new Map()).filter(
    ({ group }) => group === "edges",
  );
  expect(Number(busy?.data.width)).toBeGreaterThan(Number(quiet?.data.width));
  expect(idle?.classes).toEqual(["idle"]);
});

test("the edges of a dense graph are straight lines", () => {
  const lines = (isDense: boolean) =>
    buildElements(collapseGraph(graph, new Set()), new Map(), isDense).filter(({ group }) => group === "edges");
  expect(lines(true).every(({ classes }) => classes.includes("plain"))).toBe(true);
  expect(lines(false).some(({ classes }) => classes.includes("plain"))).toBe(false);
});
