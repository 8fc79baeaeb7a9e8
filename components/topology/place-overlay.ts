import type { Core, EdgeSingular } from "cytoscape";
import { cardOf, frameOf, headerOf } from "#components/topology/box-frame.ts";
import type { Point } from "#components/topology/layout-graph.ts";
import { placeTags, type Tag } from "#components/topology/place-tags.ts";
import { curvePoints } from "#components/topology/route-edge.ts";

/** Below these zooms text cannot be read, so it is not drawn: figures first, then the cards. */
const TAGS_ZOOM_MIN = 0.5;
const CARDS_ZOOM_MIN = 0.28;

interface PlacedTags {
  readonly key: string;
  readonly centres: ReadonlyMap<string, Point>;
}

/** Of a layer: as long as nothing moved and no figure is longer, its tags stay where they are. */
const placedTags = new WeakMap<HTMLElement, PlacedTags>();

/** Puts every overlay element where its graph element is; one transform moves them all with the canvas. */
export function placeOverlay(cy: Core, layer: HTMLElement): void {
  const { x, y } = cy.pan();
  const zoom = cy.zoom();
  layer.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
  layer.dataset.detail = zoom < CARDS_ZOOM_MIN ? "none" : zoom < TAGS_ZOOM_MIN ? "cards" : "all";
  const hasCards = zoom >= CARDS_ZOOM_MIN;
  const changed = cy.nodes("[?isCard]").filter((node) => node.hasClass("carded") !== hasCards);
  if (changed.nonempty()) changed.toggleClass("carded", hasCards);
  const centres = tagCentres(cy, layer);
  for (const element of layer.children) {
    if (!(element instanceof HTMLElement)) continue;
    const { at, of } = element.dataset;
    const held = of === undefined ? undefined : cy.getElementById(of);
    if (held === undefined || held.empty()) {
      element.style.visibility = "hidden";
      continue;
    }
    element.style.visibility = "";
    if (at === "corner") {
      const box = held.boundingBox({ includeLabels: false, includeOverlays: false });
      element.style.transform = `translate(${box.x1 + 10}px, ${box.y1 + 6}px)`;
    } else {
      const point = held.group() === "edges" ? centres.get(held.id()) : held.position();
      if (point !== undefined) element.style.transform = `translate(${point.x}px, ${point.y}px) translate(-50%, -50%)`;
    }
  }
}

function tagCentres(cy: Core, layer: HTMLElement): ReadonlyMap<string, Point> {
  const cards = cy.nodes("[?isCard]").map((node) => cardOf(node));
  const tags = [...layer.querySelectorAll<HTMLElement>("[data-rank]")].flatMap((element) => {
    const held = cy.getElementById(element.dataset.of ?? "");
    return held.nonempty() && held.isEdge() ? [{ element, edge: held as unknown as EdgeSingular }] : [];
  });
  const key = JSON.stringify([
    cards.map(({ left, top }) => [Math.round(left), Math.round(top)]),
    tags.map(({ element, edge }) => [edge.id(), element.offsetWidth, element.offsetHeight, element.dataset.rank]),
  ]);
  const before = placedTags.get(layer);
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
  );
  placedTags.set(layer, { key, centres });
  return centres;
}

/** Undefined control points are a straight line, which the types do not say; before the first drawing there are no ends. */
function pathOf(edge: EdgeSingular): Point[] {
  const from = edge.sourceEndpoint();
  const to = edge.targetEndpoint();
  if (Number.isNaN(from.x) || Number.isNaN(to.x)) return [edge.source().position(), edge.target().position()];
  return curvePoints(from, to, (edge.controlPoints() as Point[] | undefined) ?? []);
}
