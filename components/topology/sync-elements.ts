import type { CollectionReturnValue, Core, NodeSingular } from "cytoscape";
import { cardOf, frameOf, headerOf } from "#components/topology/box-frame.ts";
import type { ElementSpec } from "#components/topology/build-elements.ts";
import { type Curve, curveEdge } from "#components/topology/curve-edge.ts";
import { type Frame, LaneGrid } from "#components/topology/lane-grid.ts";
import type { Point } from "#components/topology/layout-graph.ts";
import { type Obstacle, routeEdge, type Surroundings } from "#components/topology/route-edge.ts";

/** Where an element remembers what it was made from. */
const SPEC = "_spec";

/**
 * Brings what Cytoscape holds to what it should, leaving what stays in place: positions and selection survive a refresh.
 * What is as it was is not touched: each touch costs a new style and a new drawing.
 */
export function syncElements(cy: Core, elements: readonly ElementSpec[]): void {
  const wanted = new Map(elements.map((element) => [element.data.id, element]));
  cy.batch(() => {
    // Children leave their box before the box goes, or it would take them along.
    for (const element of elements) {
      const held = cy.getElementById(element.data.id);
      if (held.nonempty() && held.isNode() && (held.parent().first().id() ?? undefined) !== element.data.parent)
        held.move({ parent: (element.data.parent as string | undefined) ?? null });
    }
    for (const held of cy.elements()) if (!wanted.has(held.id())) held.remove();
    for (const element of elements) {
      const held = cy.getElementById(element.data.id);
      if (held.empty()) {
        cy.add({
          group: element.group,
          data: { ...element.data },
          classes: [...element.classes],
          ...(element.position === undefined ? {} : { position: { ...element.position } }),
        }).scratch(SPEC, element);
      } else update(held, element);
    }
  });
  curveEdges(cy);
}

function update(held: CollectionReturnValue, element: ElementSpec): void {
  const before = held.scratch(SPEC) as ElementSpec | undefined;
  held.scratch(SPEC, element);
  const { weights: _, distances: __, parent: ___, ...data } = element.data;
  if (Object.entries(data).some(([key, value]) => before?.data[key] !== value)) held.data(data);
  if (before?.classes.join() !== element.classes.join())
    held.classes([...element.classes, ...["selected", "dim", "carded", "down"].filter((name) => held.hasClass(name))]);
  const { position } = element;
  if (position === undefined || held.grabbed()) return;
  const { x, y } = held.position();
  if (x !== position.x || y !== position.y) held.position({ ...position });
}

/** Where an edge remembers what it was bent around. */
const ROUTED = "_routed";

/** Where the drawing remembers in which direction calls go. */
const DIRECTION = "_direction";

/** Edges go from side to side, or where the graph is drawn in rows from below a card to above another. */
export function setDirection(cy: Core, direction: "right" | "down"): void {
  if (cy.scratch(DIRECTION) === direction) return;
  cy.scratch(DIRECTION, direction);
  for (const edge of cy.edges()) edge.removeScratch(ROUTED);
}

/** More cards than this are gone around one at a time: lanes beside all of them would be too many. */
const LANES_CARDS_MAX = 60;
/** Bends the edges to where their ends now are, around the cards that are in the way and the boxes they have no end in. */
export function curveEdges(cy: Core, edges = cy.edges()): void {
  const cards = cy.nodes("[?isCard]").map((node) => cardOf(node));
  const places = JSON.stringify(cards.map(({ left, top }) => [Math.round(left), Math.round(top)]));
  const frames = cards.length > LANES_CARDS_MAX ? [] : cy.nodes(".box").map((node) => frameOf(node as NodeSingular));
  const names = frames.map(headerOf);
  const solid = [...cards, ...names];
  const sides = {
    right: surroundings(cards, frames, names),
    down: surroundings(
      cards.map(turned),
      frames.map((frame) => ({ ...frame, ...turned(frame) })),
      names.map(turned),
    ),
  };
  cy.batch(() => {
    for (const edge of edges) {
      if (edge.hasClass("plain") || edge.scratch(ROUTED) === places) continue;
      edge.scratch(ROUTED, places);
      const isLoop = edge.source().id() === edge.target().id();
      if (isLoop !== edge.hasClass("loop")) edge.toggleClass("loop", isLoop);
      if (isLoop) continue;
      const [source, target] = [cardOf(edge.source()), cardOf(edge.target())];
      const isDown = cy.scratch(DIRECTION) === "down" && target.top - source.bottom >= ROW_MIN;
      if (isDown !== edge.hasClass("down")) edge.toggleClass("down", isDown);
      const concerned = new Set([edge.source(), edge.target()].map((node) => node.parent().first().id() ?? ""));
      const { weights, distances } = isDown
        ? bendDown(source, target, solid, sides.down(concerned))
        : bendRight(source, target, solid, sides.right(concerned));
      if (isSame(weights, edge.data("weights")) && isSame(distances, edge.data("distances"))) continue;
      edge.data({ weights: [...weights], distances: [...distances] });
    }
  });
}

/** What an edge goes around, by the ids of the boxes it has its ends in. */
function surroundings(
  cards: readonly Obstacle[],
  frames: readonly Frame[],
  names: readonly Obstacle[],
): (concerned: ReadonlySet<string>) => Surroundings {
  let grid: LaneGrid | undefined;
  return (concerned) => ({
    frames: frames.filter(({ id }) => !concerned.has(id)),
    findWay: (from, to) => {
      if (cards.length > LANES_CARDS_MAX) return undefined;
      grid ??= new LaneGrid(cards, frames, names);
      return grid.findWay(from, to, concerned);
    },
  });
}

/** Rows are so far apart at least. */
const ROW_MIN = 24;

function bendRight(source: Obstacle, target: Obstacle, cards: readonly Obstacle[], around: Surroundings): Curve {
  const from = { x: source.right, y: (source.top + source.bottom) / 2 };
  const to = { x: target.left, y: (target.top + target.bottom) / 2 };
  return curveEdge(from, to, routeEdge(from, to, cards, around));
}

/** The same with the axes exchanged; what is around is told so already. */
function bendDown(source: Obstacle, target: Obstacle, cards: readonly Obstacle[], around: Surroundings): Curve {
  const from = { x: source.bottom, y: (source.left + source.right) / 2 };
  const to = { x: target.top, y: (target.left + target.right) / 2 };
  const controls = routeEdge(from, to, cards.map(turned), around);
  return curveEdge(flipped(from), flipped(to), controls.map(flipped));
}

function flipped({ x, y }: Point): Point {
  return { x: y, y: x };
}

function turned({ left, right, top, bottom }: Obstacle): Obstacle {
  return { left: top, right: bottom, top: left, bottom: right };
}

function isSame(a: readonly number[], b: readonly number[] | undefined): boolean {
  return a.length === b?.length && a.every((value, at) => value === b[at]);
}
