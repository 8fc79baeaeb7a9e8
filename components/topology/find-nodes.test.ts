import { expect, test } from "vitest";
import { findNodes, keepFound, neighbourhood } from "#components/topology/find-nodes.ts";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { edge, node } from "#core/graph/testing/graph-fixture.ts";

const input = {
  nodes: [node("reviews", "shop"), node("ratings", "shop", "failure"), node("ledger", "bank")],
  edges: [edge("reviews", "ratings", 1), edge("ratings", "ledger", 1)],
};
const graph = collapseGraph(input, new Set());

test.each([
  ["", null],
  ["shop", ["reviews", "ratings"]],
  ["r shop failure", ["ratings"]],
  ["nothing", []],
  ["-ratings", ["reviews", "ledger"]],
  ["shop -failure", ["reviews"]],
  ["-", null],
])("%j finds %j", (query, ids) => {
  const found = findNodes(graph, query);
  expect(found === null ? null : [...found]).toEqual(ids);
});

test("what is inside a closed namespace is found as that namespace", () => {
  expect([...(findNodes(collapseGraph(input, new Set(["bank"])), "ledger") ?? [])]).toEqual(["namespace:bank"]);
});

test("a node's neighbourhood is its edges and their ends, no further", () => {
  expect([...(neighbourhood(graph, "reviews") ?? [])].sort()).toEqual(["ratings", "reviews", "reviews->ratings"]);
});

test("an open namespace has all its nodes with their edges around it", () => {
  expect([...(neighbourhood(graph, "namespace:bank") ?? [])].sort()).toEqual([
    "ledger",
    "namespace:bank",
    "ratings",
    "ratings->ledger",
  ]);
});

test("what was not found goes, with its edges and its box", () => {
  const { nodes, edges, boxes } = keepFound(graph, new Set(["reviews", "ratings"]));
  expect(nodes.map(({ id }) => id)).toEqual(["reviews", "ratings"]);
  expect(edges.map(({ id }) => id)).toEqual(["reviews->ratings"]);
  expect(boxes.map(({ namespace }) => namespace)).toEqual(["shop"]);
});

test("what is not drawn has no neighbourhood: nothing is dimmed for it", () => {
  expect(neighbourhood(graph, "gone")).toBeNull();
  expect(neighbourhood(graph, "namespace:gone")).toBeNull();
});
