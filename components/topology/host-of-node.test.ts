import { expect, test } from "vitest";
import { hostOfNode } from "#components/topology/host-of-node.ts";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { edge, node } from "#core/graph/testing/graph-fixture.ts";

const named = { ...node("s", "shop"), service: "s.shop.svc.cluster.local" };
const input = {
  nodes: [node("a", "shop"), node("b", "shop"), named],
  edges: [
    edge("a", "b", 1, { destinationServices: ["rare.shop"] }),
    edge("s", "b", 9, { destinationServices: ["often.shop"] }),
  ],
};
const graph = collapseGraph(input, new Set());

test.each([
  ["a service has its own", "s", "s.shop.svc.cluster.local"],
  ["others that of most requests", "b", "often.shop"],
  ["what nobody calls has none", "a", null],
])("%s", (_, id, host) => {
  const found = graph.nodes.find((candidate) => candidate.id === id);
  expect(found === undefined ? undefined : hostOfNode(found, graph)).toBe(host);
});
