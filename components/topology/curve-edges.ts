import type { Core, EdgeCollection, NodeSingular } from "cytoscape";
import { cardOf, frameOf, headerOf } from "#components/topology/box-frame.ts";
import { type Curve, curveEdge } from "#components/topology/curve-edge.ts";
import { LaneGrid } from "#components/topology/lane-grid.ts";
import type { Point } from "#components/topology/layout-graph.ts";
import { type Obstacle, routeEdge, type Surroundings } from "#components/topology/route-edge.ts";

/** Where an edge remembers what it was bent around. */
const ROUTED = "_routed";

/** Where the drawing remembers in which direction calls go. */
const DIRECTION = "_direction";

/** Where the drawing keeps its lanes, with who took which, for as long as nothing stands elsewhere. */
const LANES = "_lanes";

interface Lanes {
  readonly places: string;
  /** Those that were needed so far. */
  readonly grids: readonly LaneGrid[];
  /** Of edges from side to side, and of those from row to row, for which the axes are exchanged. */
  readonly right: () => Side;
  readonly down: () => Side;
}

/** What edges of one direction go around. */
interface Side {
  readonly solid: readonly Obstacle[];
  readonly around: (id: string, concerned: ReadonlySet<string>) => Surroundings;
}

/** Edges go from side to side, or where the graph is drawn in rows from below a card to above another. */
export function setDirection(cy: Core, direction: "right" | "down"): void {
  if (cy.scratch(DIRECTION) === direction) return;
  cy.scratch(DIRECTION, direction);
  cy.removeScratch(LANES);
  for (const edge of cy.edges()) edge.removeScratch(ROUTED);
}

/** Bends the edges to where their ends now are, around the cards that are in the way and the boxes they have no end in. */
export function curveEdges(cy: Core): void {
  const isHeld = cy.nodes(":grabbed").nonempty();
  // As long as something is held in the hand, others stay as they are.
  const edges = isHeld ? cy.edges().filter((edge) => edge.scratch(ROUTED) === undefined) : cy.edges();
  const lanes = isHeld ? looseLanes(cy) : lanesOf(cy);
  bend(cy, edges, lanes);
}

/** Has the edges follow a card in the hand: around cards, but each for itself. Once it is let go of, `curveEdges` finds their lanes. */
export function followDrag(cy: Core, edges: EdgeCollection): void {
  bend(cy, edges, looseLanes(cy));
}

function bend(cy: Core, edges: EdgeCollection, { places, right, down }: Lanes): void {
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
      const { solid, around } = isDown ? down() : right();
      const { weights, distances } = (isDown ? bendDown : bendRight)(
        source,
        target,
        solid,
        around(edge.id(), concerned),
      );
      if (isSame(weights, edge.data("weights")) && isSame(distances, edge.data("distances"))) continue;
      edge.data({ weights: [...weights], distances: [...distances] });
    }
  });
}

/** The lanes of the drawing as it stands, with what its edges have taken. */
function lanesOf(cy: Core): Lanes {
  const cards = cy.nodes("[?isCard]").map((node) => cardOf(node));
  const boxes = cy.nodes(".box");
  const places = JSON.stringify([cards.map(placeOf), boxes.map((box) => box.id())]);
  const kept = cy.scratch(LANES) as Lanes | undefined;
  if (kept?.places === places) {
    const ids = new Set(cy.edges().map((edge) => edge.id()));
    for (const grid of kept.grids) grid.renew(ids);
    return kept;
  }
  const frames = once(() => boxes.map((node) => frameOf(node as NodeSingular)));
  const grids: LaneGrid[] = [];
  const sideOf = (turn: (obstacle: Obstacle) => Obstacle) =>
    once((): Side => {
      const names = frames().map((frame) => turn(headerOf(frame)));
      const turnedCards = cards.map(turn);
      const turnedFrames = frames().map((frame) => ({ id: frame.id, ...turn(frame) }));
      const grid = LaneGrid.over(turnedCards, turnedFrames, names);
      if (grid === undefined) return looseSide(turnedCards);
      grids.push(grid);
      return {
        solid: [...turnedCards, ...names],
        around: (id, concerned) => ({
          frames: turnedFrames.filter((frame) => !concerned.has(frame.id)),
          findWay: (from, to) => grid.findWay(id, from, to, concerned),
        }),
      };
    });
  const lanes: Lanes = { places, grids, right: sideOf(asIs), down: sideOf(turned) };
  cy.scratch(LANES, lanes);
  return lanes;
}

/** Only cards are gone around, by each edge for itself. */
function looseLanes(cy: Core): Lanes {
  const cards = cy.nodes("[?isCard]").map((node) => cardOf(node));
  return {
    places: JSON.stringify(["loose", cards.map(placeOf)]),
    grids: [],
    right: once(() => looseSide(cards)),
    down: once(() => looseSide(cards.map(turned))),
  };
}

function looseSide(cards: readonly Obstacle[]): Side {
  return { solid: cards, around: () => ({ frames: [], findWay: () => undefined }) };
}

function placeOf({ left, top, right }: Obstacle): number[] {
  return [left, top, right].map(Math.round);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Rows are so far apart at least. */
const ROW_MIN = 24;

function bendRight(source: Obstacle, target: Obstacle, solid: readonly Obstacle[], around: Surroundings): Curve {
  const from = { x: source.right, y: (source.top + source.bottom) / 2 };
  const to = { x: target.left, y: (target.top + target.bottom) / 2 };
  return curveEdge(from, to, routeEdge(from, to, solid, around));
}

/** The same with the axes exchanged; what is around is told so already. */
function bendDown(source: Obstacle, target: Obstacle, solid: readonly Obstacle[], around: Surroundings): Curve {
  const from = { x: source.bottom, y: (source.left + source.right) / 2 };
  const to = { x: target.top, y: (target.left + target.right) / 2 };
  return curveEdge(flipped(from), flipped(to), routeEdge(from, to, solid, around).map(flipped));
}

function flipped({ x, y }: Point): Point {
  return { x: y, y: x };
}

function asIs(obstacle: Obstacle): Obstacle {
  return obstacle;
}

function turned({ left, right, top, bottom }: Obstacle): Obstacle {
  return { left: top, right: bottom, top: left, bottom: right };
}

function isSame(a: readonly number[], b: readonly number[] | undefined): boolean {
  return a.length === b?.length && a.every((value, at) => value === b[at]);
}
