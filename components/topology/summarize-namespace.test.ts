import { expect, test } from "vitest";
import { edge, node } from "#components/topology/graph-fixture.ts";
import { summarizeNamespace } from "#components/topology/summarize-namespace.ts";
import type { Graph } from "#core/view/graph.ts";

const graph: Graph = {
  view: "workload",
  startMs: 0,
  endMs: 1,
  gaps: [],
  nodes: [node("gw", "ingress"), node("a", "shop"), node("b", "shop", "failure"), node("c", "bank")],
  edges: [edge("gw", "a", 30), edge("gw", "b", 10, { errorPercent: 40 }), edge("a", "b", 5), edge("b", "c", 2)],
};

test("what passes the border is told apart from what stays inside; the worst stands first", () => {
  const summary = summarizeNamespace(graph, "shop");
  expect(summary).toMatchObject({ rateIn: 40, rateOut: 2, rateInside: 5, errorPercentIn: 10 });
  expect(summary?.health.status).toBe("failure");
  expect(summary?.nodes.map(({ id }) => id)).toEqual(["b", "a"]);
});

test("where nothing comes in there is no share of errors; a namespace without nodes is none", () => {
  expect(summarizeNamespace(graph, "ingress")?.errorPercentIn).toBeNull();
  expect(summarizeNamespace(graph, "nowhere")).toBeUndefined();
});
