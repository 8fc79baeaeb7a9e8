import { expect, test } from "vitest";
import { findHits, nextHit } from "#components/topology/find-hits.ts";
import type { DisplayNode } from "#core/graph/display-graph.ts";

const health = { status: "healthy", reason: "" } as const;

function node(id: string, kind: DisplayNode["kind"], namespace: string, inside: readonly string[]): DisplayNode {
  return {
    id,
    kind,
    name: id,
    version: null,
    namespace,
    health,
    isRoot: false,
    requestsPerSecondIn: 0,
    requestsPerSecondOut: 0,
    requestsPerSecondInside: 0,
    errorPercentIn: 0,
    members: inside.map((name) => ({ id: name, name, health, requestsPerSecondIn: 0 })),
  };
}

const graph = {
  nodes: [node("cart", "app", "shop", ["cart"]), node("bank", "namespace", "bank", ["ledger", "cards"])],
  edges: [],
  boxes: [],
};

test.each([
  ["", null],
  ["nothing-like-it", []],
  ["cart", [{ id: "cart", closedNamespace: null }]],
  ["ledger", [{ id: "ledger", closedNamespace: "bank" }]],
  ["bank", [{ id: "bank", closedNamespace: null }]],
])("%s leads to what it names, inside a closed namespace too", (query, hits) => {
  expect(findHits(graph, query)).toEqual(hits);
});

test("Enter goes from hit to hit and around", () => {
  const hits = findHits(graph, "car") ?? [];
  expect(hits.map(({ id }) => id)).toEqual(["cart", "cards"]);
  expect(nextHit(hits, null)?.id).toBe("cart");
  expect(nextHit(hits, "cart")?.id).toBe("cards");
  expect(nextHit(hits, "cards")?.id).toBe("cart");
  expect(nextHit([], null)).toBeNull();
});
