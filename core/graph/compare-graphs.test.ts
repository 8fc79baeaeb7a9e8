import { expect, test } from "vitest";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { compareGraphs } from "#core/graph/compare-graphs.ts";
import { type Case, graphOf } from "#core/graph/testing/traffic-cases.ts";

const drawn = (cases: readonly Case[]) => collapseGraph(graphOf(cases), new Set());
const call = (to: string, count: number, more: Partial<Case> = {}): Case => ({ from: "shop-v1", to, count, ...more });

const BEFORE = drawn([call("same-v1", 100), call("slower-v1", 100), call("failing-v1", 100), call("gone-v1", 100)]);
const AFTER = drawn([
  call("same-v1", 105),
  call("slower-v1", 50),
  call("failing-v1", 90),
  call("failing-v1", 10, { responseCode: 503 }),
  call("new-v1", 10),
]);

test("edges that came, went and changed are told, with what they were", () => {
  const { edges, nodes, boxes } = compareGraphs(AFTER, BEFORE);
  const changes = edges.map(({ target, compared }) => [target.replace("wl_default_", ""), compared?.change]);
  expect(Object.fromEntries(changes)).toEqual({
    "same-v1": "same",
    "slower-v1": "changed",
    "failing-v1": "changed",
    "new-v1": "added",
    "gone-v1": "removed",
  });
  const removed = edges.find(({ compared }) => compared?.change === "removed");
  expect(removed).toMatchObject({ requestsPerSecond: 0, compared: { before: { requestsPerSecond: 10 } } });
  expect(edges.find(({ compared }) => compared?.change === "added")?.compared?.before).toBeNull();
  expect(nodes.find(({ id }) => id === "wl_default_gone-v1")?.health.status).toBe("idle");
  expect(boxes).toMatchObject([{ namespace: "default", count: nodes.length }]);
});

test("a graph beside itself has not changed", () => {
  const { edges, nodes } = compareGraphs(AFTER, AFTER);
  expect(new Set(edges.map(({ compared }) => compared?.change))).toEqual(new Set(["same"]));
  expect(nodes).toEqual(AFTER.nodes);
});

test("all versions of an application are one node where versions are not asked for", () => {
  const { nodes, edges } = graphOf([call("reviews-v1", 10), call("reviews-v2", 20)], "app");
  expect(nodes.map(({ id }) => id).sort()).toEqual(["app_default_reviews", "app_default_shop"]);
  expect(edges).toMatchObject([{ requestsPerSecond: 3 }]);
});
