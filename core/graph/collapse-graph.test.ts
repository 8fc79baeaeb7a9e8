import { expect, test } from "vitest";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { edge, node } from "#core/graph/testing/graph-fixture.ts";

const graph = {
  nodes: [node("gw", "ingress"), node("a", "shop"), node("b", "shop", "failure"), node("c", "bank")],
  edges: [
    edge("gw", "a", 10),
    edge("gw", "b", 30, { errorPercent: 20, p95Ms: 80, mtlsPercent: 50 }),
    edge("a", "b", 5),
    edge("b", "c", 2),
  ],
};

test("an open graph is drawn as it is, with a box for each namespace", () => {
  const { nodes, edges, boxes } = collapseGraph(graph, new Set());
  expect(nodes.map(({ id }) => id)).toEqual(["gw", "a", "b", "c"]);
  expect(edges.map(({ id }) => id)).toEqual(graph.edges.map(({ id }) => id));
  expect(boxes.map(({ namespace, count, health }) => [namespace, count, health.status])).toEqual([
    ["ingress", 1, "healthy"],
    ["shop", 2, "failure"],
    ["bank", 1, "healthy"],
  ]);
});

test("a closed namespace is one node, its edges are summed and its inner ones gone", () => {
  const { nodes, edges, boxes } = collapseGraph(graph, new Set(["shop"]));
  expect(nodes.map(({ id }) => id)).toEqual(["gw", "namespace:shop", "c"]);
  expect(boxes.map(({ namespace }) => namespace)).toEqual(["ingress", "bank"]);
  expect(edges.map(({ source, target, requestsPerSecond }) => [source, target, requestsPerSecond])).toEqual([
    ["gw", "namespace:shop", 40],
    ["namespace:shop", "c", 2],
  ]);
});

test("shares are weighted by rate, latency is the slowest, health the worst", () => {
  const { edges, nodes } = collapseGraph(graph, new Set(["shop"]));
  expect(edges[0]).toMatchObject({ errorPercent: 15, mtlsPercent: 62.5, p95Ms: 80 });
  expect(nodes[1]).toMatchObject({
    health: { status: "failure" },
    requestsPerSecondIn: 40,
    requestsPerSecondOut: 2,
    errorPercentIn: 15,
  });
});

test("an edge to a node that is not in the graph is left out", () => {
  expect(collapseGraph({ nodes: [node("a", "x")], edges: [edge("a", "gone", 1)] }, new Set()).edges).toEqual([]);
});

test("the mean of equal shares is exactly that share, whatever the rates", () => {
  const rates = [0.1, 0.7, 2.93, 1 / 3];
  const shares = rates.map((rate, at) => edge("gw", `s${at}`, rate, { mtlsPercent: 100 }));
  const nodes = [node("gw", "ingress"), ...rates.map((_, at) => node(`s${at}`, "shop"))];
  for (const closed of [new Set<string>(), new Set(["shop"])])
    for (const { mtlsPercent } of collapseGraph({ nodes, edges: shares }, closed).edges) expect(mtlsPercent).toBe(100);
});

test("copies of mirrors are summed beside the requests, not among them", () => {
  const nodes = [node("gw", "ingress"), node("a", "shop"), node("b", "shop")];
  const edges = [edge("gw", "a", 4, { mirroredPerSecond: 2 }), edge("gw", "b", 0, { mirroredPerSecond: 0.5 })];
  const figures = (closed: ReadonlySet<string>) =>
    collapseGraph({ nodes, edges }, closed).edges.map(({ requestsPerSecond, mirroredPerSecond }) => [
      requestsPerSecond,
      mirroredPerSecond,
    ]);
  expect(figures(new Set())).toEqual([
    [4, 2],
    [0, 0.5],
  ]);
  expect(figures(new Set(["shop"]))).toEqual([[4, 2.5]]);
});
