import cytoscape, { type Core } from "cytoscape";
import { expect, test } from "vitest";
import type { Point } from "#components/topology/layout-graph.ts";
import { tagCentres } from "#components/topology/tag-centres.ts";

/** Four cards, two of which call the two others along level lines; `bends` are the control points of the first call. */
function draw(bends: Point[]): Core {
  const card = (id: string, x: number, y: number) => ({ data: { id, isCard: true }, position: { x, y } });
  const call = (source: string, target: string) => ({ data: { id: `${source}>${target}`, source, target } });
  const cy = cytoscape({
    headless: true,
    layout: { name: "preset" },
    styleEnabled: true,
    elements: [
      ...[card("a", 0, 0), card("b", 400, 0), card("c", 0, 300), card("d", 400, 300)],
      ...[call("a", "b"), call("c", "d")],
    ],
  });
  type Edge = ReturnType<Core["edges"]>[number];
  // Without a canvas there is nothing that knows where lines run.
  Object.assign((cy as unknown as { renderer: () => object }).renderer(), {
    getSourceEndpoint: (edge: Edge) => edge.source().position(),
    getTargetEndpoint: (edge: Edge) => edge.target().position(),
    getControlPoints: (edge: Edge) => (edge.id() === "a>b" ? bends : []),
    getEdgeMidpoint: (edge: Edge) => ({ x: 200, y: (edge.source().position().y + edge.target().position().y) / 2 }),
  });
  return cy;
}

const ELEMENTS = ["a>b", "c>d"].map((of) => ({ dataset: { of, rank: "1" }, offsetWidth: 90, offsetHeight: 18 }));

test("figures stand on their line where it runs now, though no card moved", () => {
  const bends: Point[] = [];
  const cy = draw(bends);
  const layer = {};
  expect(tagCentres(cy, layer, ELEMENTS).get("a>b")).toEqual({ x: 200, y: 0 });
  bends.push({ x: 100, y: 0 }, { x: 100, y: 120 }, { x: 300, y: 120 }, { x: 300, y: 0 });
  expect(tagCentres(cy, layer, ELEMENTS).get("a>b")?.y).toBeGreaterThan(80);
});

test("as long as all is as it was, nothing is placed anew", () => {
  const cy = draw([]);
  const layer = {};
  expect(tagCentres(cy, layer, ELEMENTS)).toBe(tagCentres(cy, layer, ELEMENTS));
});

test("a card in the hand takes the figures of its own lines along, and no others make room", () => {
  const cy = draw([]);
  const layer = {};
  const before = tagCentres(cy, layer, ELEMENTS);
  const held = cy.getElementById("a");
  Object.assign(held, { grabbed: () => true });
  held.position({ x: 0, y: 500 });
  const during = tagCentres(cy, layer, ELEMENTS);
  expect(during.get("c>d")).toBe(before.get("c>d"));
  expect(during.get("a>b")).toEqual({ x: 200, y: 250 });
  Object.assign(held, { grabbed: () => false });
  expect(tagCentres(cy, layer, ELEMENTS).get("a>b")).not.toEqual(before.get("a>b"));
});
