import type { Core } from "cytoscape";
import { tagCentres } from "#components/topology/tag-centres.ts";

/** Below these zooms text cannot be read, so it is not drawn: figures first, then the cards. */
const TAGS_ZOOM_MIN = 0.5;
const CARDS_ZOOM_MIN = 0.28;

/** Puts every overlay element where its graph element is; one transform moves them all with the canvas. */
export function placeOverlay(cy: Core, layer: HTMLElement): void {
  const { x, y } = cy.pan();
  const zoom = cy.zoom();
  layer.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
  layer.dataset.detail = zoom < CARDS_ZOOM_MIN ? "none" : zoom < TAGS_ZOOM_MIN ? "cards" : "all";
  const hasCards = zoom >= CARDS_ZOOM_MIN;
  const changed = cy.nodes("[?isCard]").filter((node) => node.hasClass("carded") !== hasCards);
  if (changed.nonempty()) changed.toggleClass("carded", hasCards);
  const centres = tagCentres(cy, layer, [...layer.querySelectorAll<HTMLElement>("[data-rank]")]);
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
