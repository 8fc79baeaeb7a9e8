import type { Core, EdgeSingular } from "cytoscape";
import { cardOf, frameOf, headerOf } from "#components/topology/box-frame.ts";
import type { Point } from "#components/topology/layout-graph.ts";
import { placeTags, type Tag } from "#components/topology/place-tags.ts";
import { curvePoints, type Obstacle } from "#components/topology/route-edge.ts";

interface PlacedTags {
  readonly key: string;
  readonly centres: ReadonlyMap<string, Point>;
  /** By edge: the line that its tag stands on. */
  readonly lines: ReadonlyMap<string, string>;
}

/** Of a layer: as long as no card, line or figure is another, its tags stay where they are. */
const placedTags = new WeakMap<object, PlacedTags>();

/** An edge's figures as they are drawn: `data-of` is the edge, `data-rank` when they are placed. */
type TagElement = Pick<HTMLElement, "dataset" | "offsetWidth" | "offsetHeight">;

/** Where the figures of each edge are to stand, by its id. */
export function tagCentres(cy: Core, layer: object, elements: readonly TagElement[]): ReadonlyMap<string, Point> {
  const tags = elements.flatMap((element) => {
    const held = cy.getElementById(element.dataset.of ?? "");
    return held.nonempty() && held.isEdge() ? [{ element, edge: held as unknown as EdgeSingular }] : [];
  });
  const lines = new Map(tags.map(({ edge }) => [edge.id(), JSON.stringify(cornersOf(edge).map(rounded))]));
  const before = placedTags.get(layer);
  // In the hand a card takes the tags of its own lines along; the rest makes room once it is let go of.
  if (before !== undefined && cy.nodes(":grabbed").nonempty())
    return new Map(
      tags.flatMap(({ edge }) => {
        const id = edge.id();
        const centre = before.centres.get(id);
        return [[id, centre !== undefined && before.lines.get(id) === lines.get(id) ? centre : { ...edge.midpoint() }]];
      }),
    );
  const cards = cy.nodes("[?isCard]").map((node) => cardOf(node));
  const key = JSON.stringify([
    cards.map(({ left, top, right }) => [left, top, right].map(Math.round)),
    tags.map(({ element, edge }) => [edge.id(), element.offsetWidth, element.offsetHeight, element.dataset.rank]),
    [...lines.values()],
  ]);
  if (before?.key === key) return before.centres;
  const centres = placeTags(
    tags.map(
      ({ element, edge }): Tag => ({
        id: edge.id(),
        width: element.offsetWidth,
        height: element.offsetHeight,
        rank: Number(element.dataset.rank),
        path: pathOf(edge),
      }),
    ),
    [...cards, ...cy.nodes(".box").map((box) => headerOf(frameOf(box)))],
    drawnFrame(cy),
  );
  placedTags.set(layer, { key, centres, lines });
  return centres;
}

/** Around all that is drawn, which is what the first view shows. */
function drawnFrame(cy: Core): Obstacle {
  const { x1, x2, y1, y2 } = cy.elements().boundingBox();
  return { left: x1, right: x2, top: y1, bottom: y2 };
}

/** Points along the edge. */
function pathOf(edge: EdgeSingular): Point[] {
  const corners = cornersOf(edge);
  const [from, to] = [corners.at(0), corners.at(-1)];
  return from === undefined || to === undefined ? [] : curvePoints(from, to, corners.slice(1, -1));
}

/** Its ends, and its control points between them. */
function cornersOf(edge: EdgeSingular): Point[] {
  const from = edge.sourceEndpoint();
  const to = edge.targetEndpoint();
  // Before the first drawing there are no ends.
  if (Number.isNaN(from.x) || Number.isNaN(to.x)) return [edge.source().position(), edge.target().position()];
  // Undefined control points are a straight line, which the types do not say.
  return [from, ...((edge.controlPoints() as Point[] | undefined) ?? []), to];
}

function rounded({ x, y }: Point): number[] {
  return [Math.round(x), Math.round(y)];
}
