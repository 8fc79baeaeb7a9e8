import type { Core } from "cytoscape";

const PADDING_PX = 44;
/** A small graph is not blown up. */
const ZOOM_MAX = 1.1;

/** Brings the whole graph into view. */
export function fitAll(cy: Core): void {
  cy.resize();
  cy.fit(undefined, PADDING_PX);
  if (cy.zoom() > ZOOM_MAX) {
    cy.zoom(ZOOM_MAX);
    cy.center();
  }
}
