import { expect, test } from "vitest";
import { describeEdge, EDGE_LABELS, edgeFigures, formatLabels, parseLabels } from "#components/topology/edge-label.ts";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { edge, node } from "#core/graph/testing/graph-fixture.ts";

function displayed(figures: Parameters<typeof edge>[3], rate = 19.6) {
  const [only] = collapseGraph(
    { nodes: [node("a", "x"), node("b", "x")], edges: [edge("a", "b", rate, figures)] },
    new Set(),
  ).edges;
  if (only === undefined) throw new Error("no edge");
  return only;
}

test.each([
  [{}, ["19.6/s", "5 ms"]],
  [{ errorPercent: 2.3 }, ["19.6/s", "2.3 % err", "5 ms"]],
  [{ p95Ms: null }, ["19.6/s"]],
])("figures %j read %j", (figures, text) => {
  expect(edgeFigures(displayed(figures), EDGE_LABELS)).toEqual(text);
});

test("an edge without traffic says idle and shows no stale latency", () => {
  expect(edgeFigures(displayed({}, 0), EDGE_LABELS)).toEqual(["idle"]);
});

test("an edge that bears nothing but a mirror's copies says so", () => {
  const copies = displayed({ mirroredPerSecond: 4.2 }, 0);
  expect(edgeFigures(copies, EDGE_LABELS)).toEqual(["4.2/s copies"]);
  expect(describeEdge(copies, (id) => id)).toContain("4.2 copies per second");
});

test("an edge is told whole, the policy that refuses included", () => {
  const text = describeEdge(displayed({ errorPercent: 100, deniedBy: ["AuthorizationPolicy/x/deny"] }), (id) => id);
  expect(text).toBe("a calls b, 19.6 requests per second, 100 % errors, p95 5 ms, mTLS 100 %, denied by x/deny");
});

test("who is limited is told with the rule", () => {
  const deniedBy = ["RateLimit/x/per-caller/burst", "no ALLOW policy matched"];
  expect(describeEdge(displayed({ deniedBy }), (id) => id)).toContain(
    "limited by RateLimit x/per-caller, rule burst and denied: no ALLOW policy matched",
  );
});

test("the choice of labels survives the URL, none included", () => {
  for (const labels of [[], ["p95"], ["rate", "errors", "mtls"], [...EDGE_LABELS]] as const)
    expect(parseLabels(formatLabels(labels))).toEqual(labels);
});
