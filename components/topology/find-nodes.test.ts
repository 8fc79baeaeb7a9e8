import { expect, test } from "vitest";
import { collapseGraph } from "#components/topology/collapse-graph.ts";
import { findNodes, neighbourhood } from "#components/topology/find-nodes.ts";
import { edge, node } from "#components/topology/graph-fixture.ts";

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
])("%j finds %j", (query, ids) => {
  const found = findNodes(graph, query);
  expect(found === null ? null : [...found]).toEqual(ids);
});

test("what is inside a closed namespace is found as that namespace", () => {
  expect([...(findNodes(collapseGraph(input, new Set(["bank"])), "ledger") ?? [])]).toEqual(["namespace:bank"]);
});

test("a node's neighbourhood is its edges and their ends, no further", () => {
  expect([...neighbourhood(graph, "reviews")].sort()).toEqual(["ratings", "reviews", "reviews->ratings"]);
});
