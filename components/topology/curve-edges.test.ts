import cytoscape, { type Core } from "cytoscape";
import { afterEach, expect, test, vi } from "vitest";
import type { ElementSpec } from "#components/topology/build-elements.ts";
import { curveEdges } from "#components/topology/curve-edges.ts";
import { LaneGrid } from "#components/topology/lane-grid.ts";
import type { Point } from "#components/topology/layout-graph.ts";
import { listenGraph } from "#components/topology/listen-graph.ts";
import { syncElements } from "#components/topology/sync-elements.ts";

const made = vi.spyOn(LaneGrid, "over");
afterEach(() => made.mockClear());

const card = (id: string, x: number, y: number): ElementSpec => ({
  group: "nodes",
  data: { id, isCard: true, width: 160, height: 46 },
  classes: [],
  position: { x, y },
});
const call = (source: string, target: string): ElementSpec => ({
  group: "edges",
  data: { id: `${source}>${target}`, source, target, weights: [0.5, 0.5], distances: [0, 0] },
  classes: [],
});

function draw(): Core {
  const size = { width: "data(width)", height: "data(height)" };
  const cy = cytoscape({ headless: true, styleEnabled: true, style: [{ selector: "node", style: size }] });
  const ignore = () => undefined;
  listenGraph(cy, { current: { onSelect: ignore, onHover: ignore, onMove: ignore } });
  return cy;
}

/** Where the control points of an edge are. */
function controlsOf(cy: Core, id: string): Point[] {
  const edge = cy.getElementById(id);
  const [source, target] = [edge.source().position(), edge.target().position()];
  const [from, to] = [
    { x: source.x + 80, y: source.y },
    { x: target.x - 80, y: target.y },
  ];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  return (edge.data("weights") as number[]).map((weight, at) => {
    const off = (edge.data("distances") as number[])[at] ?? 0;
    return { x: from.x + weight * dx - (off * dy) / length, y: from.y + weight * dy + (off * dx) / length };
  });
}

/** Heights at which an edge goes along. */
const lanesOf = (cy: Core, id: string) => new Set(controlsOf(cy, id).map(({ y }) => Math.round(y)));

/** Two callers and two called at the same heights, with a wall between. */
const WALLED = [card("a", 0, 0), card("wall", 400, 0), card("b", 800, 0), card("c", 1200, 0)];

test("a new arrangement is bent once, when all cards stand, and what stays is not bent again", () => {
  const cy = draw();
  const edges = [call("a", "b"), call("b", "a"), call("a", "c"), call("c", "a")];
  syncElements(cy, [...WALLED, ...edges]);
  expect(made).toHaveBeenCalledTimes(1);
  syncElements(cy, [
    ...WALLED.map((each) => card(each.data.id, each.position?.x ?? 0, 200 + (each.position?.x ?? 0) / 10)),
    ...edges,
  ]);
  expect(made).toHaveBeenCalledTimes(2);
  curveEdges(cy);
  expect(made).toHaveBeenCalledTimes(2);
});

test("a card in the hand makes no lanes: they are found once it is let go of", () => {
  const cy = draw();
  syncElements(cy, [...WALLED, call("a", "b"), call("b", "a")]);
  const before = controlsOf(cy, "a>b");
  for (let step = 1; step <= 5; step += 1) {
    cy.getElementById("a")
      .position({ x: 0, y: step * 4 })
      .emit("drag");
  }
  expect(made).toHaveBeenCalledTimes(1);
  expect(controlsOf(cy, "a>b")).not.toEqual(before);
  cy.getElementById("a").emit("dragfree");
  expect(made).toHaveBeenCalledTimes(2);
});

test("a new edge goes beside the lanes that others have", () => {
  const cy = draw();
  syncElements(cy, [...WALLED, call("a", "b")]);
  const first = lanesOf(cy, "a>b");
  syncElements(cy, [...WALLED, call("a", "b"), call("a", "c")]);
  expect(lanesOf(cy, "a>b")).toEqual(first);
  const shared = [...lanesOf(cy, "a>c")].filter((lane) => first.has(lane));
  // Both leave the one card at its middle.
  expect(shared).toEqual([0]);
});

test("an edge that comes back has its lane again", () => {
  const cy = draw();
  syncElements(cy, [...WALLED, call("a", "b")]);
  const first = lanesOf(cy, "a>b");
  syncElements(cy, WALLED);
  syncElements(cy, [...WALLED, call("a", "b")]);
  expect(lanesOf(cy, "a>b")).toEqual(first);
  expect(made).toHaveBeenCalledTimes(1);
});
