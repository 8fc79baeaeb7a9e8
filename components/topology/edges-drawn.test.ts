import { expect, test } from "vitest";
import { EDGES_DRAWN_MAX, edgesDrawn } from "#components/topology/edges-drawn.ts";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { edge, node } from "#core/graph/testing/graph-fixture.ts";

const count = EDGES_DRAWN_MAX + 100;
const { edges } = collapseGraph(
  {
    nodes: [node("hub", "shop"), ...Array.from({ length: count }, (_, at) => node(`n${at}`, "shop"))],
    edges: Array.from({ length: count }, (_, at) =>
      edge("hub", `n${at}`, at, at === 7 ? { health: { status: "failure", reason: "fails" } } : {}),
    ),
  },
  new Set(),
);
const idsOf = (drawn: typeof edges) => drawn.map(({ id }) => id);

test("what can be told apart is drawn whole", () => {
  expect(edgesDrawn(edges.slice(0, EDGES_DRAWN_MAX), null)).toHaveLength(EDGES_DRAWN_MAX);
});

test("of more, those that fail and then the busiest are drawn", () => {
  const drawn = idsOf(edgesDrawn(edges, null));
  expect(drawn).toHaveLength(EDGES_DRAWN_MAX);
  expect(drawn.slice(0, 2)).toEqual(["hub->n7", `hub->n${count - 1}`]);
  expect(drawn).not.toContain("hub->n3");
});

test("an edge of what is looked at is drawn however quiet it is", () => {
  expect(idsOf(edgesDrawn(edges, new Set(["hub->n3"])))[0]).toBe("hub->n3");
});
