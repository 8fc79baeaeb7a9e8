import { expect, test } from "vitest";
import { summarizeNamespace } from "#components/topology/summarize-namespace.ts";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { edge, node } from "#core/graph/testing/graph-fixture.ts";

const graph = {
  nodes: [node("gw", "ingress"), node("a", "shop"), node("b", "shop", "failure"), node("c", "bank")],
  edges: [edge("gw", "a", 30), edge("gw", "b", 10, { errorPercent: 40 }), edge("a", "b", 5), edge("b", "c", 2)],
};

test.each([
  ["open", new Set<string>()],
  ["closed", new Set(["shop"])],
])(
  "what passes the border of an %s namespace is told apart from what stays inside; the worst stands first",
  (_, closed) => {
    const summary = summarizeNamespace(collapseGraph(graph, closed), "shop");
    expect(summary).toMatchObject({ rateIn: 40, rateOut: 2, rateInside: 5, errorPercentIn: 10 });
    expect(summary?.health.status).toBe("failure");
    expect(summary?.nodes.map(({ id }) => id)).toEqual(["b", "a"]);
  },
);

test("where nothing comes in there is no share of errors; a namespace without nodes is none", () => {
  const open = collapseGraph(graph, new Set());
  expect(summarizeNamespace(open, "ingress")?.errorPercentIn).toBeNull();
  expect(summarizeNamespace(open, "nowhere")).toBeUndefined();
});
