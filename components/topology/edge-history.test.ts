import { expect, test } from "vitest";
import { historyPoints, recordGraph } from "#components/topology/edge-history.ts";
import { edge } from "#components/topology/graph-fixture.ts";
import type { Graph, GraphEdge } from "#core/view/graph.ts";

const graph = (endMs: number, ...edges: GraphEdge[]): Graph => ({
  view: "workload",
  startMs: 0,
  endMs,
  nodes: [],
  edges,
  gaps: [],
});

test("samples come in order, and an edge that vanishes carries nothing from then on", () => {
  let history = recordGraph(new Map(), graph(1, edge("a", "b", 10)));
  history = recordGraph(history, graph(2, edge("a", "b", 20)));
  history = recordGraph(history, graph(3));
  expect(historyPoints(history, ["a->b"], "requestsPerSecond")).toEqual([
    { atMs: 1, value: 10 },
    { atMs: 2, value: 20 },
    { atMs: 3, value: 0 },
  ]);
  expect(historyPoints(history, ["a->b"], "errorPercent").at(-1)?.value).toBeNull();
});

test("the same graph twice is one sample", () => {
  const once = recordGraph(new Map(), graph(1, edge("a", "b", 10)));
  expect(recordGraph(once, graph(1, edge("a", "b", 10)))).toEqual(once);
});

test("several edges add up in rate, by rate in errors, and the slowest counts", () => {
  const history = recordGraph(
    new Map(),
    graph(1, edge("a", "b", 30, { errorPercent: 10, p95Ms: 4 }), edge("a", "c", 10, { p95Ms: 9 })),
  );
  const ids = ["a->b", "a->c"];
  expect(historyPoints(history, ids, "requestsPerSecond")[0]?.value).toBe(40);
  expect(historyPoints(history, ids, "errorPercent")[0]?.value).toBe(7.5);
  expect(historyPoints(history, ids, "p95Ms")[0]?.value).toBe(9);
});
